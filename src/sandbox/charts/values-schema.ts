import { isFields } from "../fields.ts";

/** What a chart's schema says of a value: its type, its words, or its keys (and no others). */
export type ValueSchema =
  | "any"
  | "string"
  | "boolean"
  | "integer"
  | "list"
  | "map"
  | { oneOf: readonly string[] }
  | { keys: Record<string, ValueSchema>; others?: boolean };

/** Problems in helm's words: `at '/crds': additional properties 'enable' not allowed`. */
export function checkValues(schema: ValueSchema, value: unknown, path = ""): string[] {
  if (value === null || schema === "any") return [];
  if (typeof schema === "string") {
    return isOfType(schema, value)
      ? []
      : [`at '${path}': got ${typeName(value)}, want ${schemaName(schema)}`];
  }
  if ("oneOf" in schema) {
    const known = schema.oneOf.map((word) => `'${word}'`).join(", ");
    const fits = typeof value === "string" && schema.oneOf.includes(value);
    return fits ? [] : [`at '${path}': value must be one of ${known}`];
  }
  if (!isFields(value)) return [`at '${path}': got ${typeName(value)}, want object`];
  return Object.entries(value).flatMap(([name, inner]) => {
    const known = schema.keys[name];
    if (known !== undefined) return checkValues(known, inner, `${path}/${name}`);
    if (schema.others === true) return [];
    return [`at '${path}': additional properties '${name}' not allowed`];
  });
}

function isOfType(type: string, value: unknown): boolean {
  if (type === "list") return Array.isArray(value);
  if (type === "map") return isFields(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

function schemaName(type: string): string {
  if (type === "list") return "array";
  return type === "map" ? "object" : type;
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return isFields(value) ? "object" : typeof value;
}

/** The same schema for many keys. */
export function keysOf(names: string, schema: ValueSchema = "any"): Record<string, ValueSchema> {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, schema]));
}
