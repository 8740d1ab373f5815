import * as v from "valibot";

/**
 * Lenient pieces for objects of the cluster: what is missing, or has another shape than we know,
 * becomes its empty value: `maybe...` is `undefined` then. A half-deleted object or a newer API
 * version never throws.
 */
export const text = v.fallback(v.string(), "");
export const maybeText = v.fallback(v.optional(v.string()), undefined);
export const maybeNumber = v.fallback(v.optional(v.number()), undefined);
export const maybeBoolean = v.fallback(v.optional(v.boolean()), undefined);
export const textMap = v.fallback(v.record(v.string(), v.string()), {});

/** A list; empty when it is not one. */
export function list<S extends v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>>(item: S) {
  return v.fallback(v.array(item), () => []);
}

/** An object whose entries are all lenient; all empty when it is not one. */
export function part<E extends v.ObjectEntries>(entries: E) {
  const schema = v.object(entries);
  return v.fallback(schema, () => v.parse(schema, {}));
}
