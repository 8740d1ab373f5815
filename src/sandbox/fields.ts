/** Reading JSON of unknown shape: each answers something empty where the shape differs. */
export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function fields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** The objects of a list; other entries are left out. */
export function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter((entry: unknown) => isFields(entry)) : [];
}

/** The strings of a list; other entries are left out. */
export function strings(value: unknown): string[] {
  const all: unknown[] = Array.isArray(value) ? value : [];
  return all.filter((entry) => typeof entry === "string");
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Follows names into nested objects; `undefined` where one is absent. */
export function at(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const name of path) found = fields(found)[name];
  return found;
}

/** A string map, as labels and annotations are. */
export function stringMap(value: unknown): Record<string, string> {
  const entries = Object.entries(fields(value));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
