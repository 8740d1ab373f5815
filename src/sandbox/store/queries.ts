import type { ResourceKind } from "../../kinds.ts";
import type { KubernetesObject, ListOptions, ObjectRef } from "../../ports/kubernetes.ts";
import type { ObjectStore } from "./object-store.ts";
import { matchesFields, matchesLabels } from "./selectors.ts";

/** `undefined` also where the kind is not served. */
export function findObject(
  store: ObjectStore,
  { kind, name, namespace }: ObjectRef,
): KubernetesObject | undefined {
  if (store.served(kind) === undefined) return undefined;
  return store.find({ ...kind, name, namespace });
}

/** By namespace and name, as an API server lists. */
export function listObjects(
  store: ObjectStore,
  kind: ResourceKind,
  { namespace, labelSelector, fieldSelector, name }: ListOptions & { name?: string },
): KubernetesObject[] {
  if (store.served(kind) === undefined) return [];
  return store
    .all(kind.kind, namespace)
    .filter(({ apiVersion }) => apiVersion.split("/")[0] === kind.apiVersion.split("/")[0])
    .filter(({ metadata }) => name === undefined || metadata.name === name)
    .filter(({ metadata }) => matchesLabels(metadata.labels ?? {}, labelSelector ?? ""))
    .filter((object) => matchesFields(object, fieldSelector ?? ""))
    .sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

function place({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}
