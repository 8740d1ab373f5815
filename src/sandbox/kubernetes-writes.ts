import { isDeepStrictEqual } from "node:util";
import { findKind } from "../kinds.ts";
import type { Kubernetes, KubernetesObject, ObjectRef } from "../ports/kubernetes.ts";
import { applyObject, mergePatch, refuseInvalid } from "./apply-object.ts";
import { forbiddenError, objectNotFound, type Target } from "./kubernetes-errors.ts";
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
  const enterToWrite: EnterToWrite = async (verb, [first]) => {
    await enter();
    if (first === undefined || !simulation.hasFault("forbidden")) return;
    throw forbiddenError(verb, first);
  };
  return {
    ...applies(simulation, enterToWrite, onWrite),
    ...replaces(simulation, enterToWrite, onWrite),
  };
}

type EnterToWrite = (verb: string, targets: readonly Target[]) => Promise<void>;

function targetOfRef({ kind, namespace }: ObjectRef): Target {
  return { resource: kind.plural, group: groupOf(kind), namespace };
}

function targetOf(object: KubernetesObject): Target {
  const resource = findKind(object)?.plural ?? object.kind.toLowerCase();
  return { resource, group: groupOf(object), namespace: object.metadata.namespace };
}

const groupOf = ({ apiVersion }: { apiVersion: string }): string =>
  apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";

function applies(simulation: Simulation, enter: EnterToWrite, onWrite: () => void): Applies {
  const { store } = simulation;
  return {
    apply: async (objects) => {
      await enter("patch", objects.map(targetOf));
      let changed = false;
      try {
        for (const object of objects) changed = applyObject(simulation, object) || changed;
      } finally {
        if (changed) onWrite();
      }
    },
    patch: async (ref, patch) => {
      await enter("patch", [targetOfRef(ref)]);
      const live = findObject(store, ref);
      if (live === undefined) throw objectNotFound(ref.kind.kind, ref.name);
      const patched = mergePatch(live, patch);
      refuseInvalid(patched);
      const next = store.put(live, patched);
      if (next === live) return;
      endDeletion(store, next);
      onWrite();
    },
    delete: async (refs) => {
      await enter("delete", refs.map(targetOfRef));
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
      await enter("create", [targetOf(object)]);
      if (store.find({ ...object, ...object.metadata }) !== undefined) return false;
      applyObject(simulation, object);
      onWrite();
      return true;
    },
    replace: async (object) => {
      await enter("update", [targetOf(object)]);
      const live = store.find({ ...object, ...object.metadata });
      if (live === undefined) return false;
      if (live.metadata.resourceVersion !== object.metadata.resourceVersion) return false;
      refuseInvalid(object);
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
