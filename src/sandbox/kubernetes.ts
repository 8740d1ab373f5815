import type { Kubernetes } from "../ports/kubernetes.ts";
import { unreachableError } from "./kubernetes-errors.ts";
import { createWrites } from "./kubernetes-writes.ts";
import { observeObjects } from "./observe.ts";
import type { Simulation } from "./simulation.ts";
import { findObject, listObjects } from "./store/queries.ts";
import { matchesLabels } from "./store/selectors.ts";

const READS = ["get", "list", "watch"];

/** The simulated cluster's API server, as the port has it; `onWrite` is told after each write. */
export function createKubernetes(simulation: Simulation, onWrite: () => void): Kubernetes {
  const enter = async (): Promise<void> => {
    simulation.clock.touch();
    await Promise.resolve();
    if (simulation.hasFault("unreachable-cluster")) throw unreachableError();
  };
  return { ...createReads(simulation, enter), ...createWrites(simulation, enter, onWrite) };
}

type Reads = Pick<Kubernetes, "version" | "get" | "list" | "observe" | "logs" | "review">;

function createReads(simulation: Simulation, enter: () => Promise<void>): Reads {
  const { store, state } = simulation;
  return {
    version: async () => {
      await enter();
      const [cluster] = Object.values(state.aws.clusters);
      return `v${cluster?.version ?? "1.34"}.2-eks-1a2b3c4`;
    },
    get: async (ref) => {
      await enter();
      return structuredClone(findObject(store, ref));
    },
    list: async (kind, options = {}) => {
      await enter();
      return structuredClone(listObjects(store, kind, options));
    },
    observe: (kind, options, signal) => observeObjects(simulation, kind, options, signal, enter),
    logs: async ({ namespace, labelSelector, tailLines }) => {
      await enter();
      return store
        .all("Pod", namespace)
        .filter(({ metadata }) => matchesLabels(metadata.labels ?? {}, labelSelector))
        .flatMap(({ metadata }) => (state.logs[metadata.uid ?? ""] ?? []).slice(-tailLines));
    },
    review: async (requests) => {
      await enter();
      const denied = simulation.hasFault("forbidden");
      return requests.map(({ verb }) => !denied || READS.includes(verb));
    },
  };
}
