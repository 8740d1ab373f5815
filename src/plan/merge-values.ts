import { isRecord, type Json, type JsonObject } from "../json.ts";

/**
 * The user's values with ours over them: ours win, objects are merged, and lists of named entries
 * (`env`, `extraVolumes`) are merged by name. Any other list of ours replaces the user's.
 */
export function mergeValues(theirs: JsonObject, ours: JsonObject): JsonObject {
  const merged: [string, Json][] = Object.entries(theirs);
  for (const [key, value] of Object.entries(ours)) {
    const given = Object.hasOwn(theirs, key) ? theirs[key] : undefined;
    merged.push([key, given === undefined ? value : mergeValue(given, value)]);
  }
  return Object.fromEntries(merged);
}

function mergeValue(theirs: Json, ours: Json): Json {
  if (isRecord(theirs) && isRecord(ours)) return mergeValues(theirs, ours);
  if (!Array.isArray(theirs) || !Array.isArray(ours)) return ours;
  const names = ours.map(nameOf);
  if (names.length === 0 || names.includes(undefined)) return ours;
  return [...theirs.filter((entry) => !names.includes(nameOf(entry))), ...ours];
}

function nameOf(entry: Json): string | undefined {
  const name = isRecord(entry) ? entry["name"] : undefined;
  return typeof name === "string" ? name : undefined;
}
