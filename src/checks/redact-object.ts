import { isSecretName, redactText, REMOVED } from "./redact.ts";

type Fields = Record<string, unknown>;

/** Of variables and headers more is taken away than of keys: their names are free. */
const SENSITIVE_VARIABLE = /secret|token|pass|pwd|credential|key|private|auth|cookie/i;
const NOISE = ["managedFields", "kubectl.kubernetes.io/last-applied-configuration"];
/** What somebody wrote for a program: nobody knows what is in it. */
const WRITTEN = ["args", "command"];
const SETTINGS = ["data", "stringData", "binaryData"];

/**
 * An object as it may be shown to others: a Secret keeps the names of its keys only, a Challenge
 * loses its token, and what has a telling name loses its value. What is `foreign` keeps no setting,
 * argument or variable. Managed fields and kubectl's copy of the object go too.
 */
export function redactObject(object: Fields, { foreign = false } = {}): Fields {
  const { kind } = object;
  const hidden = kind === "Secret" || (foreign && kind === "ConfigMap");
  return redactFields(object, (key, value, path) => {
    if (NOISE.includes(key)) return undefined;
    if (hidden && SETTINGS.includes(path)) return REMOVED;
    if (path === "binaryData") return REMOVED;
    if (kind === "Challenge" && path === "spec" && key === "key") return REMOVED;
    if (foreign && WRITTEN.includes(key)) return REMOVED;
    if (foreign && key === "value" && path.endsWith(".env")) return REMOVED;
    return isScalar(value) && isSecretName(key) ? REMOVED : value;
  });
}

type Rule = (key: string, value: unknown, path: string) => unknown;

function redactFields(fields: Fields, rule: Rule, path = ""): Fields {
  const { name } = fields;
  const isNamedValue = typeof name === "string" && SENSITIVE_VARIABLE.test(name);
  const entries = Object.entries(fields).flatMap(([key, value]): [string, unknown][] => {
    const ruled = isNamedValue && key === "value" ? REMOVED : rule(key, value, path);
    if (ruled === undefined) return [];
    return [[key, redactValue(ruled, rule, path === "" ? key : `${path}.${key}`)]];
  });
  return Object.fromEntries(entries);
}

function redactValue(value: unknown, rule: Rule, path: string): unknown {
  if (typeof value === "string") return redactText(value);
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return items.map((item, index) =>
      isValueOfFlag(item, items[index - 1]) ? REMOVED : redactValue(item, rule, path),
    );
  }
  return isFields(value) ? redactFields(value, rule, path) : value;
}

/** `["--password", "..."]`. */
function isValueOfFlag(item: unknown, before: unknown): boolean {
  if (typeof item !== "string" || typeof before !== "string" || item.startsWith("-")) return false;
  return /^--?[\w.-]+$/.test(before) && (isSecretName(before) || /^--?key$/.test(before));
}

const isScalar = (value: unknown): boolean =>
  typeof value === "string" || typeof value === "number";

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;
