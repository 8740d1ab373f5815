import { type Fields, isFields } from "../fields.ts";
import { entryKey, listKindAt, type Path } from "./field-set.ts";

/** The value at a path; `undefined` when it is not there. */
export function valueAt(kind: string, root: unknown, path: Path): unknown {
  let value = root;
  const walked: string[] = [];
  for (const element of path) {
    if (element === ".") return value;
    if (element.startsWith("f:")) value = isFields(value) ? value[element.slice(2)] : undefined;
    else value = entryOf(kind, value, walked, element);
    walked.push(element);
  }
  return value;
}

function entryOf(kind: string, value: unknown, path: Path, element: string): unknown {
  const listKind = listKindAt(kind, path);
  const entries: unknown[] = Array.isArray(value) ? value : [];
  return entries.find((entry) => entryKey(entry, listKind) === element);
}

/** `applied` over `live`: maps merge, keyed lists merge by key, everything else is replaced. */
export function mergeInto(kind: string, live: unknown, applied: unknown, path: Path = []): unknown {
  if (isFields(applied)) {
    const merged: Fields = isFields(live) ? { ...live } : {};
    for (const [name, value] of Object.entries(applied)) {
      merged[name] = mergeInto(kind, merged[name], value, [...path, `f:${name}`]);
    }
    return merged;
  }
  const listKind = Array.isArray(applied) ? listKindAt(kind, path) : "atomic";
  if (!Array.isArray(applied) || listKind === "atomic") return structuredClone(applied);
  const merged: unknown[] = Array.isArray(live) ? [...live] : [];
  for (const entry of applied) {
    const key = entryKey(entry, listKind);
    const index = merged.findIndex((one) => entryKey(one, listKind) === key);
    const inner = mergeInto(kind, merged[index], entry, [...path, key]);
    if (index < 0) merged.push(inner);
    else merged[index] = inner;
  }
  return merged;
}

/** Takes the field or list entry at `path` away, and maps and lists that this leaves empty. */
export function removeAt(kind: string, root: unknown, path: Path, walked: Path = []): void {
  const [element, ...rest] = path;
  if (element === undefined) return;
  if (isFields(root) && element.startsWith("f:")) {
    const name = element.slice(2);
    if (rest.length > 0) removeAt(kind, root[name], rest, [...walked, element]);
    if (rest.length === 0 || isEmpty(root[name])) delete root[name];
  } else if (Array.isArray(root)) {
    const listKind = listKindAt(kind, walked);
    const index = root.findIndex((entry: unknown) => entryKey(entry, listKind) === element);
    if (index < 0) return;
    if (rest.length === 0 || rest[0] === ".") root.splice(index, 1);
    else removeAt(kind, root[index], rest, [...walked, element]);
  }
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value)
    ? value.length === 0
    : isFields(value) && Object.keys(value).length === 0;
}
