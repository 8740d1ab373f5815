import { isDeepStrictEqual } from "node:util";
import type { Kubernetes } from "../ports/kubernetes.ts";
import { forbiddenError, objectNotFound, unreachableError } from "./kubernetes-errors.ts";
import { applyObject, mergePatch } from "./kubernetes-writes.ts";
import { observeObjects } from "./observe.ts";
import type { Simulation } from "./simulation.ts";
import { findObject, listObjects } from "./store/queries.ts";
import { matchesLabels } from "./store/selectors.ts";

/** Told after each write that was carried out, so that the world is kept. */
export type OnWrite = () => void;

/** The simulated cluster's API server, as the port has it. */
export function createKubernetes(simulation: Simulation, onWrite: OnWrite): Kubernetes {
  const { store } = simulation;
  const enter = async (): Promise<void> => {
    simulation.clock.touch();
    await Promise.resolve();
    if (simulation.hasFault("unreachable-cluster")) throw unreachableError();
  };
  const enterToWrite = async (what: string): Promise<void> => {
    await enter();
    if (simulation.hasFault("forbidden")) throw forbiddenError(what);
  };
  return {
    version: async () => {
      await enter();
      return "v1.34.2-eks-1a2b3c4";
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
    logs: async (query) => {
      await enter();
      return store
        .all("Pod", query.namespace)
        .filter(({ metadata }) => matchesLabels(metadata.labels ?? {}, query.labelSelector))
        .flatMap(({ metadata }) => {
          const lines = simulation.state.logs[metadata.uid ?? ""] ?? [];
          return lines.slice(-query.tailLines);
        });
    },
    review: async (requests) => {
      await enter();
      const reads = ["get", "list", "watch"];
      const denied = simulation.hasFault("forbidden");
      return requests.map(({ verb }) => !denied || reads.includes(verb));
    },
    apply: async (objects) => {
      await enterToWrite("apply");
      let changed = false;
      try {
        for (const object of objects) changed = applyObject(simulation, object) || changed;
      } finally {
        if (changed) onWrite();
      }
    },
    patch: async (ref, patch) => {
      await enterToWrite("patch");
      const live = findObject(store, ref);
      if (live === undefined) throw objectNotFound(ref.kind.kind, ref.name);
      const next = store.put(live, mergePatch(live, patch));
      if (next === live) return;
      const { deletionTimestamp, finalizers = [] } = next.metadata;
      if (deletionTimestamp !== undefined && finalizers.length === 0) store.erase(next);
      onWrite();
    },
    delete: async (refs) => {
      await enterToWrite("delete");
      const live = refs.flatMap((ref) => findObject(store, ref) ?? []);
      for (const object of live) store.remove(object);
      if (live.length > 0) onWrite();
    },
    create: async (object) => {
      await enterToWrite("create");
      if (store.find({ ...object, ...object.metadata }) !== undefined) return false;
      applyObject(simulation, object);
      onWrite();
      return true;
    },
    replace: async (object) => {
      await enterToWrite("update");
      const live = store.find({ ...object, ...object.metadata });
      if (live === undefined) return false;
      if (live.metadata.resourceVersion !== object.metadata.resourceVersion) return false;
      const next = structuredClone(object);
      next.metadata = { ...live.metadata, ...next.metadata };
      if (!isDeepStrictEqual(next, live)) {
        store.put(live, next);
        onWrite();
      }
      return true;
    },
  };
}
