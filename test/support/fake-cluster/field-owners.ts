import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import {
  type FieldPath,
  type Fields,
  isFields,
  leavesOf,
  readPath,
  removePath,
  wordPath,
  writePath,
} from "./field-paths.ts";

/** Who owns which leaves, by manager and operation; a leaf is its path as JSON. */
export type Owners = Map<
  string,
  { manager: string; operation: "Apply" | "Update"; leaves: Set<string> }
>;

export interface Conflict {
  manager: string;
  field: string;
}

const key = (path: FieldPath): string => JSON.stringify(path);
const unkey = (text: string): FieldPath => v.parse(v.array(v.string()), JSON.parse(text));

const UNOWNED = new Set([
  "name",
  "namespace",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "managedFields",
]);

/** What can be owned of an object. */
function ownable(object: Fields): [FieldPath, unknown][] {
  const { apiVersion: _, kind: __, metadata, ...rest } = object;
  const meta = isFields(metadata)
    ? Object.fromEntries(Object.entries(metadata).filter(([name]) => !UNOWNED.has(name)))
    : {};
  const owned = { ...rest, ...(Object.keys(meta).length === 0 ? {} : { metadata: meta }) };
  return leavesOf(owned).filter(([path]) => path.length > 0);
}

/** Server-side apply without force: the merged object, or who stands against it. */
export function applyFields(
  live: Fields,
  owners: Owners,
  manager: string,
  wanted: Fields,
): { object: Fields; owners: Owners } | { conflicts: Conflict[] } {
  const id = `${manager}/Apply`;
  const leaves = ownable(wanted);
  const conflicts = leaves.flatMap(([path, value]) =>
    isDeepStrictEqual(readPath(live, path), value)
      ? []
      : [...owners]
          .filter(([owner, { leaves: owned }]) => owner !== id && owned.has(key(path)))
          .map(([, owner]) => ({ manager: owner.manager, field: wordPath(path) })),
  );
  if (conflicts.length > 0) return { conflicts };
  const object = structuredClone(live);
  for (const [path, value] of leaves) writePath(object, path, value);
  const before = owners.get(id)?.leaves ?? new Set<string>();
  const now = new Set(leaves.map(([path]) => key(path)));
  const others = [...owners]
    .filter(([owner]) => owner !== id)
    .map(([, { leaves: owned }]) => owned);
  const gone = [...before].filter(
    (leaf) => !now.has(leaf) && !others.some((owned) => owned.has(leaf)),
  );
  // Items go whole, and first: their key is one of their fields.
  const isItem = (leaf: string): number => Number(leaf.endsWith('"."]'));
  for (const leaf of gone.sort((a, b) => isItem(b) - isItem(a))) removePath(object, unkey(leaf));
  const next = new Map(owners).set(id, { manager, operation: "Apply", leaves: now });
  return { object, owners: next };
}

/** A PUT, POST or PATCH: what it changes is its manager's from now on. */
export function updateFields(live: Fields, owners: Owners, manager: string, next: Fields): Owners {
  const before = new Map(ownable(live).map(([path, value]) => [key(path), value]));
  const after = new Map(ownable(next).map(([path, value]) => [key(path), value]));
  const changed = [...after]
    .filter(([leaf, value]) => !before.has(leaf) || !isDeepStrictEqual(before.get(leaf), value))
    .map(([leaf]) => leaf);
  const kept = [...owners].map(([id, owner]) => {
    const leaves = [...owner.leaves].filter((leaf) => after.has(leaf) && !changed.includes(leaf));
    return [id, { ...owner, leaves: new Set(leaves) }] as const;
  });
  const result: Owners = new Map(kept);
  const id = `${manager}/Update`;
  const mine = result.get(id)?.leaves ?? new Set<string>();
  result.set(id, { manager, operation: "Update", leaves: new Set([...mine, ...changed]) });
  return result;
}

/** As `metadata.managedFields` shows it. */
export function managedFields(
  owners: Owners,
  apiVersion: string,
): {
  manager: string;
  operation: string;
  apiVersion: string;
  fieldsType: string;
  fieldsV1: Fields;
}[] {
  return [...owners.values()]
    .filter(({ leaves }) => leaves.size > 0)
    .map(({ manager, operation, leaves }) => {
      const fieldsV1: Fields = {};
      for (const leaf of leaves) nest(fieldsV1, unkey(leaf));
      return { manager, operation, apiVersion, fieldsType: "FieldsV1", fieldsV1 };
    });
}

function nest(tree: Fields, path: FieldPath): void {
  let at = tree;
  for (const segment of path) {
    const next = at[segment];
    const branch: Fields = isFields(next) ? next : {};
    at[segment] = branch;
    at = branch;
  }
}
