import { isAlias, isMap, isScalar, isSeq, parseDocument } from "yaml";
import { isRecord } from "../json.ts";

/** The text of every file of templates/, by its file name. */
export type Templates = Readonly<Record<string, string>>;

/**
 * What placeholders are filled with: `${gateway.name}` is `{gateway: {name}}`. `undefined` leaves
 * the key out.
 */
export interface TemplateValues {
  readonly [name: string]: unknown;
}

const PLACEHOLDER = /^\$\{([A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)*)\}$/;

interface Filling {
  values: TemplateValues;
  used: Set<string>;
}

/**
 * One object from one template. A placeholder is a whole YAML scalar and is filled as a value,
 * never as text. Throws on what can only be a bug of ours: broken YAML, an unknown placeholder, an
 * unused value, a placeholder inside a longer string.
 */
export function renderTemplate(text: string, values: TemplateValues): Record<string, unknown> {
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined) throw new Error(`broken template: ${problem.message}`);
  const filling: Filling = { values, used: new Set() };
  const result = fill(document.contents, filling);
  if (!isRecord(result)) throw new Error("a template holds one object");
  const unused = leaves(values).find((path) => !isUsed(path, filling.used));
  if (unused !== undefined) throw new Error(`the template has no placeholder \${${unused}}`);
  return result;
}

/** `renderTemplate` of a file that must be there. Throws on a bug of ours only, as that does. */
export function renderFile(
  templates: Templates,
  file: string,
  values: TemplateValues,
): Record<string, unknown> {
  const text = templates[file];
  if (text === undefined) throw new Error(`templates/${file} is missing`);
  try {
    return renderTemplate(text, values);
  } catch (error) {
    throw new Error(`templates/${file} cannot be filled`, { cause: error });
  }
}

function fill(node: unknown, filling: Filling): unknown {
  if (isAlias(node)) throw new Error("templates have no aliases");
  if (isScalar(node)) return fillScalar(node.value, filling);
  if (isSeq(node)) return node.items.map((item) => fill(item, filling));
  if (!isMap(node)) throw new Error("a template holds one object");
  const entries = node.items.map(({ key, value }) => {
    const name = isScalar(key) ? key.value : undefined;
    if (typeof name !== "string") throw new Error("a template's keys are strings");
    if (name.includes("${")) throw new Error(`a placeholder cannot be a key: ${name}`);
    return [name, fill(value, filling)] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function fillScalar(value: unknown, { values, used }: Filling): unknown {
  if (typeof value !== "string" || !value.includes("${")) return value;
  const path = PLACEHOLDER.exec(value)?.[1];
  if (path === undefined) throw new Error(`a placeholder is a whole value: ${value}`);
  used.add(path);
  let found: unknown = values;
  for (const name of path.split(".")) {
    if (!isRecord(found) || !Object.hasOwn(found, name)) {
      throw new Error(`no value for the placeholder \${${path}}`);
    }
    found = found[name];
  }
  return structuredClone(found);
}

/** Every path down to what is not a plain object. */
function leaves(values: TemplateValues, prefix = ""): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    isRecord(value) && Object.keys(value).length > 0
      ? leaves(value, `${prefix}${name}.`)
      : [`${prefix}${name}`],
  );
}

function isUsed(leaf: string, used: ReadonlySet<string>): boolean {
  return [...used].some((path) => leaf === path || leaf.startsWith(`${path}.`));
}
