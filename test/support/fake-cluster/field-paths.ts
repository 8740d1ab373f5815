import * as v from "valibot";

/** A path in an object: `f:name` for a field, `k:{"name":"http"}` for an item of a keyed list. */
export type FieldPath = readonly string[];
export type Fields = Record<string, unknown>;

/** Lists that the API server merges by key (x-kubernetes-list-type: map). */
const LIST_KEYS: Record<string, string> = {
  listeners: "name",
  containers: "name",
  env: "name",
  conditions: "type",
};
/** Marks that a manager owns the item itself, not only fields of it. */
const ITEM = ".";

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every leaf with its path; lists without a key are leaves. */
export function leavesOf(value: unknown, path: FieldPath = [], field = ""): [FieldPath, unknown][] {
  const key = LIST_KEYS[field];
  if (Array.isArray(value) && key !== undefined && value.every(isFields)) {
    return value.flatMap((item) => {
      const at = [...path, `k:${JSON.stringify({ [key]: item[key] })}`];
      return [[[...at, ITEM], null] as [FieldPath, unknown], ...leavesOf(item, at)];
    });
  }
  if (isFields(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([name, child]) =>
      leavesOf(child, [...path, `f:${name}`], name),
    );
  }
  return [[path, value]];
}

export function readPath(root: unknown, path: FieldPath): unknown {
  let at = root;
  for (const segment of path) {
    if (segment === ITEM) return at === undefined ? undefined : null;
    at = child(at, segment);
    if (at === undefined) return undefined;
  }
  return at;
}

export function writePath(root: Fields, path: FieldPath, value: unknown): void {
  let at: unknown = root;
  path.forEach((segment, index) => {
    if (segment === ITEM) return;
    const next = path[index + 1];
    if (index === path.length - 1) {
      if (isFields(at)) at[segment.slice(2)] = structuredClone(value);
      return;
    }
    at = child(at, segment) ?? grow(at, segment, next?.startsWith("k:") === true ? [] : {});
  });
}

export function removePath(root: Fields, path: FieldPath): void {
  const parents = path
    .slice(0, -1)
    .reduce<unknown[]>((line, one) => [...line, child(line.at(-1), one)], [root]);
  const last = path.at(-1);
  const parent = parents.at(-1);
  if (last === ITEM) {
    const list = parents.at(-2);
    if (Array.isArray(list) && parent !== undefined) list.splice(list.indexOf(parent), 1);
    return;
  }
  if (last === undefined || !isFields(parent)) return;
  delete parent[last.slice(2)];
  const above = path.slice(0, -1);
  const mayGo = above.at(-1)?.startsWith("f:") === true;
  if (mayGo && Object.keys(parent).length === 0) removePath(root, above);
}

/** As a conflict words it: `.spec.listeners[name="http"].port`. */
export function wordPath(path: FieldPath): string {
  return path
    .filter((segment) => segment !== ITEM)
    .map((segment) => {
      if (segment.startsWith("f:")) return `.${segment.slice(2)}`;
      const [entry] = Object.entries(parseKey(segment));
      return entry === undefined ? "" : `[${entry[0]}=${JSON.stringify(entry[1])}]`;
    })
    .join("");
}

function child(at: unknown, segment: string): unknown {
  if (segment.startsWith("f:")) return isFields(at) ? at[segment.slice(2)] : undefined;
  if (!Array.isArray(at)) return undefined;
  const wanted = Object.entries(parseKey(segment));
  return at.find(
    (item) => isFields(item) && wanted.every(([key, value]) => item[key] === value),
  ) as unknown;
}

function grow(at: unknown, segment: string, container: Fields | unknown[]): unknown {
  if (segment.startsWith("f:")) {
    if (isFields(at)) at[segment.slice(2)] = container;
    return container;
  }
  const item = parseKey(segment);
  if (Array.isArray(at)) at.push(item);
  return item;
}

/** `{name: "http"}` of `k:{"name":"http"}`. */
function parseKey(segment: string): Fields {
  return v.parse(v.record(v.string(), v.string()), JSON.parse(segment.slice(2)));
}
