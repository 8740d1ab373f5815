import { type Fields, isFields } from "../fields.ts";

/**
 * A path to a field, spelled as in `managedFields`: `f:spec`, `k:{"name":"http"}`, `v:"a"`. The
 * element `.` at the end stands for the list entry itself.
 */
export type Path = readonly string[];

/** How a list merges: by keys, as a set of values, or as one value. */
type ListKind = { keys: readonly string[] } | "set" | "atomic";

/**
 * The `x-kubernetes-list-type` of the lists that our kinds have (built-in types: k8s.io/api;
 * Gateway API: config/crd). Every other list is one value.
 */
const lists: Record<string, ListKind> = {
  "metadata.finalizers": "set",
  "metadata.ownerReferences": { keys: ["uid"] },
  "Service:spec.ports": { keys: ["port", "protocol"] },
  "Gateway:spec.listeners": { keys: ["name"] },
  "Deployment:spec.template.spec.containers": { keys: ["name"] },
  "Deployment:spec.template.spec.initContainers": { keys: ["name"] },
  "Deployment:spec.template.spec.volumes": { keys: ["name"] },
  "Deployment:spec.template.spec.containers.ports": { keys: ["containerPort", "protocol"] },
  "Deployment:spec.template.spec.containers.env": { keys: ["name"] },
  "Deployment:spec.template.spec.containers.volumeMounts": { keys: ["mountPath"] },
  "ServiceAccount:imagePullSecrets": { keys: ["name"] },
  "ServiceAccount:secrets": { keys: ["name"] },
  "ClusterIssuer:status.conditions": { keys: ["type"] },
};

/** Values that the API server adds to a list key before it merges. */
const keyDefaults: Fields = { protocol: "TCP" };

const isField = (element: string): boolean => element.startsWith("f:");

/** What kind of list is at `path` in an object of `kind`. */
export function listKindAt(kind: string, path: Path): ListKind {
  const dotted = path
    .filter((element) => isField(element))
    .map((element) => element.slice(2))
    .join(".");
  return lists[`${kind}:${dotted}`] ?? lists[dotted] ?? "atomic";
}

/** The path element of a list entry. */
export function entryKey(entry: unknown, listKind: ListKind): string {
  if (listKind === "set" || listKind === "atomic" || !isFields(entry)) {
    return `v:${JSON.stringify(entry)}`;
  }
  const key = listKind.keys.map((name) => [name, entry[name] ?? keyDefaults[name]]);
  return `k:${JSON.stringify(Object.fromEntries(key))}`;
}

/** Every leaf that `value` sets. Empty maps are leaves; keyed entries add a `.` of their own. */
export function leavesOf(kind: string, value: unknown, path: Path = []): Path[] {
  if (isFields(value)) {
    const entries = Object.entries(value);
    if (entries.length === 0) return path.length === 0 ? [] : [path];
    return entries.flatMap(([name, inner]) => leavesOf(kind, inner, [...path, `f:${name}`]));
  }
  const listKind = Array.isArray(value) ? listKindAt(kind, path) : "atomic";
  if (!Array.isArray(value) || listKind === "atomic") return [path];
  return value.flatMap((entry: unknown) => {
    const inner = [...path, entryKey(entry, listKind)];
    return listKind === "set" ? [inner] : [[...inner, "."], ...leavesOf(kind, entry, inner)];
  });
}

/** Nested, as `metadata.managedFields[].fieldsV1` is. */
export function toFieldsV1(paths: readonly Path[]): Fields {
  const root: Fields = {};
  for (const path of paths) {
    let node = root;
    for (const element of path) {
      const next = (node[element] ??= {});
      if (isFields(next)) node = next;
    }
  }
  return root;
}

/** The leaves that a `fieldsV1` names. */
export function fromFieldsV1(node: unknown, path: Path = []): Path[] {
  const entries = Object.entries(isFields(node) ? node : {});
  if (entries.length === 0) return path.length === 0 ? [] : [path];
  return entries.flatMap(([element, inner]) => fromFieldsV1(inner, [...path, element]));
}

/** For sets and maps of paths; no field's name has a NUL in it. */
export const pathId = (path: Path): string => path.join("\u0000");

/** `.spec.listeners[name="http"].port`, as conflicts are told. */
export function showPath(path: Path): string {
  return path
    .filter((element) => element !== ".")
    .map((element) => {
      if (element.startsWith("f:")) return `.${element.slice(2)}`;
      if (element.startsWith("v:")) return `[=${element.slice(2)}]`;
      const key: unknown = JSON.parse(element.slice(2));
      const shown = Object.entries(isFields(key) ? key : {});
      return `[${shown.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",")}]`;
    })
    .join("");
}
