import type { Observer } from "../../src/runner/event.ts";

/** Shows nothing. */
export function createSilentObserver(): Observer {
  return { onEvent: () => {}, finish: async () => {} };
}
