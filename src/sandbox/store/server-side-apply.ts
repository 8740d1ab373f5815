import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject, ObjectMeta } from "../../ports/kubernetes.ts";
import { type Fields, isFields } from "../fields.ts";
import { fromFieldsV1, leavesOf, type Path, pathId, showPath, toFieldsV1 } from "./field-set.ts";
import { mergeInto, removeAt, valueAt } from "./tree.ts";

type ManagedFields = NonNullable<ObjectMeta["managedFields"]>;

/** A field that another manager owns with another value. */
export interface Conflict {
  manager: string;
  /** `.spec.x` */
  field: string;
}

/** What was applied, or why nothing was: a conflict refuses the whole object. */
export type Applied = { object: KubernetesObject } | { conflicts: Conflict[] };

/** What an API server does with an apply: merge, take away what was left out, name conflicts. */
export function serverSideApply(
  live: KubernetesObject | undefined,
  applied: KubernetesObject,
  manager: string,
): Applied {
  const { kind } = applied;
  const intent = intentOf(applied);
  const own = leavesOf(kind, intent);
  const before = live?.metadata.managedFields ?? [];
  const conflicts = live === undefined ? [] : findConflicts(live, intent, own, before, manager);
  if (conflicts.length > 0) return { conflicts };
  const merged: unknown = mergeInto(kind, live ?? {}, intent);
  const object = asObject(merged, applied, live);
  for (const path of leftOut(before, own, manager)) removeAt(kind, object, path);
  object.metadata = { ...object.metadata, ...identityOf(live?.metadata ?? applied.metadata) };
  object.metadata.managedFields = [
    ...before.filter((entry) => !isApplyBy(entry, manager)),
    { manager, operation: "Apply", fieldsV1: toFieldsV1(own) },
  ];
  return { object };
}

/** `object` with `manager` owning the fields that `change` sets, as an update leaves it. */
export function ownByUpdate(
  object: KubernetesObject,
  change: Fields,
  manager: string,
): KubernetesObject {
  const paths = leavesOf(object.kind, change);
  const taken = new Set(paths.map(pathId));
  const rest = (object.metadata.managedFields ?? []).map((entry) => {
    const kept = fromFieldsV1(entry.fieldsV1).filter((path) => !taken.has(pathId(path)));
    const mine = entry.manager === manager && entry.operation === "Update";
    return { ...entry, fieldsV1: toFieldsV1(mine ? [...kept, ...paths] : kept) };
  });
  const known = rest.some((entry) => entry.manager === manager && entry.operation === "Update");
  const added = { manager, operation: "Update", fieldsV1: toFieldsV1(paths) };
  const managedFields = known ? rest : [...rest, added];
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

/** The part of an object that its manager has a say in. */
function intentOf(object: KubernetesObject): Fields {
  const { apiVersion: _, kind: __, status: ___, metadata, ...rest } = object;
  const { labels, annotations, finalizers, ownerReferences } = metadata;
  const said = { labels, annotations, finalizers, ownerReferences };
  const present = Object.entries(said).filter(([, value]) => value !== undefined);
  return present.length === 0 ? rest : { ...rest, metadata: Object.fromEntries(present) };
}

function findConflicts(
  live: KubernetesObject,
  intent: Fields,
  own: readonly Path[],
  managed: ManagedFields,
  manager: string,
): Conflict[] {
  return managed.flatMap((entry) => {
    if (isApplyBy(entry, manager)) return [];
    const theirs = new Set(fromFieldsV1(entry.fieldsV1).map(pathId));
    return own
      .filter((path) => path.at(-1) !== "." && theirs.has(pathId(path)))
      .filter((path) => !isEmptyMap(valueAt(live.kind, intent, path)))
      .filter((path) => differsAt(live, intent, path))
      .map((path) => ({ manager: entry.manager, field: showPath(path) }));
  });
}

function differsAt(live: KubernetesObject, intent: Fields, path: Path): boolean {
  return !isDeepStrictEqual(valueAt(live.kind, live, path), valueAt(live.kind, intent, path));
}

/** Fields that this manager applied before, does not any more, and nobody else owns. */
function leftOut(managed: ManagedFields, own: readonly Path[], manager: string): Path[] {
  const kept = new Set(own.map(pathId));
  const others = managed.filter((entry) => !isApplyBy(entry, manager));
  for (const { fieldsV1 } of others) {
    for (const path of fromFieldsV1(fieldsV1)) kept.add(pathId(path));
  }
  return managed
    .filter((entry) => isApplyBy(entry, manager))
    .flatMap(({ fieldsV1 }) => fromFieldsV1(fieldsV1))
    .filter((path) => !kept.has(pathId(path)) && !holdsOthers(path, kept));
}

/** A map or list entry that another manager has fields in stays. */
function holdsOthers(path: Path, kept: ReadonlySet<string>): boolean {
  const prefix = pathId(path.at(-1) === "." ? path.slice(0, -1) : path);
  return [...kept].some((id) => id.startsWith(`${prefix}\u0000`));
}

/** An empty map says that it is there, and nothing of what is in it. */
function isEmptyMap(value: unknown): boolean {
  return isFields(value) && Object.keys(value).length === 0;
}

function isApplyBy(entry: ManagedFields[number], manager: string): boolean {
  return entry.manager === manager && entry.operation === "Apply";
}

function asObject(
  merged: unknown,
  applied: KubernetesObject,
  live: KubernetesObject | undefined,
): KubernetesObject {
  const rest = isFields(merged) ? structuredClone(merged) : {};
  const { apiVersion, kind } = applied;
  const metadata = { ...applied.metadata, ...live?.metadata };
  const said = isFields(rest["metadata"]) ? rest["metadata"] : {};
  return { ...rest, apiVersion, kind, metadata: { ...metadata, ...said } };
}

/** What no apply can change. */
function identityOf(metadata: ObjectMeta): ObjectMeta {
  const { name, namespace } = metadata;
  return namespace === undefined ? { name } : { name, namespace };
}
