import type { Observer } from "../runner/event.ts";

/** Shows nothing. */
export function createSilentObserver(): Observer {
  return { onEvent: () => {}, finish: async () => {} };
}
