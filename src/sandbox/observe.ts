import { isDeepStrictEqual } from "node:util";
import type { ResourceKind } from "../kinds.ts";
import type { KubernetesObject, ListOptions } from "../ports/kubernetes.ts";
import type { Simulation } from "./simulation.ts";
import { listObjects } from "./store/queries.ts";

const nothing = (): void => undefined;

/** A list, and again after each change of the kind, until the signal aborts. */
export async function* observeObjects(
  simulation: Simulation,
  kind: ResourceKind,
  options: ListOptions & { name?: string },
  signal: AbortSignal,
  enter: () => Promise<void>,
): AsyncGenerator<readonly KubernetesObject[]> {
  let shown: KubernetesObject[] | undefined;
  let wake = nothing;
  const unsubscribe = simulation.subscribe((changed) => {
    // A CRD that comes or goes makes its kind served or not.
    if (changed === kind.kind || changed === "CustomResourceDefinition") wake();
  });
  const onAbort = (): void => {
    wake();
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    while (!signal.aborted) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await enter();
      const current = listObjects(simulation.store, kind, options);
      if (shown === undefined || !isDeepStrictEqual(shown, current)) {
        shown = structuredClone(current);
        yield shown;
        simulation.clock.touch();
      }
      if (signal.aborted) return;
      await simulation.clock.watch(changed);
    }
  } finally {
    unsubscribe();
    signal.removeEventListener("abort", onAbort);
  }
}
