import { isDeepStrictEqual } from "node:util";
import type { Kubernetes, KubernetesObject } from "../ports/kubernetes.ts";
import { applyObject, mergePatch } from "./apply-object.ts";
import { forbiddenError, objectNotFound } from "./kubernetes-errors.ts";
import type { Simulation } from "./simulation.ts";
import type { ObjectStore } from "./store/object-store.ts";
import { findObject } from "./store/queries.ts";

type Applies = Pick<Kubernetes, "apply" | "patch" | "delete">;
type Replaces = Pick<Kubernetes, "create" | "replace">;

/** The writes of the Kubernetes port. */
export function createWrites(
  simulation: Simulation,
  enter: () => Promise<void>,
  onWrite: () => void,
): Applies & Replaces {
  const enterToWrite = async (verb: string): Promise<void> => {
    await enter();
    if (simulation.hasFault("forbidden")) throw forbiddenError(verb);
  };
  return {
    ...applies(simulation, enterToWrite, onWrite),
    ...replaces(simulation, enterToWrite, onWrite),
  };
}

type EnterToWrite = (verb: string) => Promise<void>;

function applies(simulation: Simulation, enter: EnterToWrite, onWrite: () => void): Applies {
  const { store } = simulation;
  return {
    apply: async (objects) => {
      await enter("apply");
      let changed = false;
      try {
        for (const object of objects) changed = applyObject(simulation, object) || changed;
      } finally {
        if (changed) onWrite();
      }
    },
    patch: async (ref, patch) => {
      await enter("patch");
      const live = findObject(store, ref);
      if (live === undefined) throw objectNotFound(ref.kind.kind, ref.name);
      const next = store.put(live, mergePatch(live, patch));
      if (next === live) return;
      endDeletion(store, next);
      onWrite();
    },
    delete: async (refs) => {
      await enter("delete");
      const live = refs.flatMap((ref) => findObject(store, ref) ?? []);
      for (const object of live) store.remove(object);
      if (live.length > 0) onWrite();
    },
  };
}

function replaces(simulation: Simulation, enter: EnterToWrite, onWrite: () => void): Replaces {
  const { store } = simulation;
  return {
    create: async (object) => {
      await enter("create");
      if (store.find({ ...object, ...object.metadata }) !== undefined) return false;
      applyObject(simulation, object);
      onWrite();
      return true;
    },
    replace: async (object) => {
      await enter("update");
      const live = store.find({ ...object, ...object.metadata });
      if (live === undefined) return false;
      if (live.metadata.resourceVersion !== object.metadata.resourceVersion) return false;
      const next = structuredClone(object);
      next.metadata = { ...live.metadata, ...next.metadata };
      if (isDeepStrictEqual(next, live)) return true;
      store.put(live, next);
      onWrite();
      return true;
    },
  };
}

/** What was only held by its finalizers goes with the last of them. */
function endDeletion(store: ObjectStore, object: KubernetesObject): void {
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  if (deletionTimestamp !== undefined && finalizers.length === 0) store.erase(object);
}
