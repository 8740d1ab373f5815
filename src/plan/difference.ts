import { isRecord } from "../json.ts";

/** Lists that several appliers share: entries of others, by other names, are no difference. */
const SHARED_LISTS = ["listeners", "containers", "initContainers", "env", "ports", "volumes"];

/**
 * Paths at which `live` is not as `desired`: `spec.listeners[https].port`. What the API server or
 * others have added is no difference; nor is an empty map, list or text that it left out.
 */
export function findDifferences(desired: unknown, live: unknown, path = ""): string[] {
  if (isEmpty(desired) && (live === undefined || live === null || isEmpty(live))) return [];
  if (Array.isArray(desired)) return compareLists(desired, live, path);
  if (!isRecord(desired)) return Object.is(desired, live) ? [] : [path];
  if (!isRecord(live)) return [path];
  return Object.entries(desired).flatMap(([key, value]) =>
    findDifferences(value, live[key], joinPath(path, key)),
  );
}

function compareLists(desired: readonly unknown[], live: unknown, path: string): string[] {
  if (!Array.isArray(live)) return [path];
  const names = uniqueNames(desired);
  if (names === undefined || uniqueNames(live) === undefined) {
    return compareInOrder(desired, live, path);
  }
  const byName = new Map(live.map((entry) => [nameOf(entry), entry]));
  const extra = live.length > desired.length && !isShared(path) ? [path] : [];
  const inside = desired.flatMap((entry) => {
    const name = nameOf(entry);
    const at = `${path}[${name}]`;
    return byName.has(name) ? findDifferences(entry, byName.get(name), at) : [at];
  });
  return [...extra, ...inside];
}

function compareInOrder(
  desired: readonly unknown[],
  live: readonly unknown[],
  path: string,
): string[] {
  if (desired.length !== live.length) return [path];
  return desired.flatMap((entry, index) =>
    findDifferences(entry, live[index], isRecord(entry) ? `${path}[${index}]` : path),
  );
}

/** `undefined` when an entry has no name, or when two have the same. */
function uniqueNames(list: readonly unknown[]): string[] | undefined {
  const names = list.flatMap((entry) => nameOf(entry) ?? []);
  return names.length === list.length && new Set(names).size === names.length ? names : undefined;
}

function nameOf(entry: unknown): string | undefined {
  const name = isRecord(entry) ? entry["name"] : undefined;
  return typeof name === "string" ? name : undefined;
}

const isShared = (path: string): boolean => SHARED_LISTS.includes(path.split(".").at(-1) ?? "");

function joinPath(path: string, key: string): string {
  if (/[./]/.test(key)) return `${path}[${key}]`;
  return path === "" ? key : `${path}.${key}`;
}

function isEmpty(value: unknown): boolean {
  if (value === "" || value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}
