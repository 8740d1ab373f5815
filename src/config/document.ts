import * as v from "valibot";
import { isMap, LineCounter, parseDocument, type Document } from "yaml";
import { findNearest, listNames } from "../checks/nearest.ts";
import { UsageError } from "../errors.ts";
import { configDocument, type ConfigDocument } from "./config-schema.ts";

export type Path = readonly (string | number)[];

/** A YAML text of the right shape, and where each of its keys is. */
export interface ReadDocument {
  value: ConfigDocument;
  /** `gateway-tls.yaml:7 hosts[0].backend`. */
  locate: (path: Path) => string;
  /** What was left out of `value`, because its shape is wrong. */
  wrong: string[];
}

/**
 * Keys of a wrong shape are left out and told in `wrong`, so that what is wrong with the others can
 * be told with them. Throws `GT-CONFIG-FILE` where nothing can be read.
 */
export function readDocument(text: string, name: string): ReadDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const locate = (path: Path) => `${name}:${lineOf(document, path, lines)} ${formatPath(path)}`;
  if (document.errors.length > 0) {
    throw wrongFile(
      document.errors.map(
        ({ pos, message }) => `${name}:${lines.linePos(pos[0]).line} is not YAML: ${message}`,
      ),
    );
  }
  const content: unknown = document.toJS({ maxAliasCount: 100 });
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw wrongFile([`${name}: is not a mapping of settings.`]);
  }
  const wrong: string[] = [];
  for (;;) {
    const result = v.safeParse(configDocument, content);
    if (result.success) return { value: result.output, locate, wrong };
    // Of several unknown keys in one mapping the schema tells the first.
    wrong.push(...result.issues.map((issue) => explain(issue, content, locate)));
    const left = result.issues.map((issue) => leaveOut(content, pathOf(issue)));
    if (left.includes(false)) throw wrongFile([...new Set(wrong)]);
  }
}

/** Told once; the rest is read as if they were right. */
const REQUIRED = new Map<unknown, string>([
  ["apiVersion", "gateway-tls/v1"],
  ["kind", "Config"],
]);

/** Whether there was something to leave out of the mapping. */
function leaveOut(content: object, path: Path): boolean {
  const required = path.length === 1 ? REQUIRED.get(path[0]) : undefined;
  if (required !== undefined) return Reflect.set(content, String(path[0]), required);
  const parent = at(content, path.slice(0, -1));
  const key = path.at(-1);
  if (typeof parent !== "object" || parent === null || Array.isArray(parent)) return false;
  if (key === undefined || !Object.hasOwn(parent, key)) return false;
  return Reflect.deleteProperty(parent, key);
}

const pathOf = ({ path }: v.InferIssue<typeof configDocument>): Path =>
  (path ?? []).map(({ key }) => (typeof key === "number" ? key : String(key)));

/** What is wrong with a file, all of it. */
export function wrongFile(lines: readonly string[], cause?: unknown): UsageError {
  return new UsageError("GT-CONFIG-FILE", lines.join("\n"), {
    hint: "Correct the file; schemas/config.schema.json in the package describes it for editors.",
    cause,
  });
}

function explain(
  issue: v.InferIssue<typeof configDocument>,
  content: object,
  locate: (path: Path) => string,
): string {
  const path = pathOf(issue);
  const where = locate(path);
  if (issue.type !== "strict_object") return `${where}: ${issue.message}.`;
  const parent = path.slice(0, -1);
  const key = String(path.at(-1) ?? "");
  if (issue.expected !== "never") {
    const present = typeof at(content, path) !== "undefined";
    return present ? `${where}: is not a mapping.` : `${where}: is missing.`;
  }
  const known = keysAt(parent);
  const near = findNearest(key, known);
  const meant = near === undefined ? `Known are ${listNames(known, 20)}.` : `Did you mean ${near}?`;
  return `${where}: unknown key ${JSON.stringify(key)}. ${meant}`;
}

function at(content: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined,
    content,
  );
}

/** The keys that the schema allows in the mapping at `path`. */
function keysAt(path: Path): string[] {
  let schema: unknown = configDocument;
  for (const key of path) {
    schema = unwrap(schema);
    schema =
      typeof key === "number" ? at(schema, ["item"]) : (at(schema, ["entries", key]) ?? schema);
  }
  const entries = at(unwrap(schema), ["entries"]);
  return typeof entries === "object" && entries !== null ? Object.keys(entries) : [];
}

function unwrap(schema: unknown): unknown {
  const wrapped = at(schema, ["wrapped"]);
  return wrapped === undefined ? schema : unwrap(wrapped);
}

function lineOf(document: Document, path: Path, lines: LineCounter): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const node: unknown = length === 1 ? document.contents : parent;
    const key = path[length - 1];
    const pair = isMap(node)
      ? node.items.find(({ key: own }) => String(own) === String(key))
      : undefined;
    const range = rangeOf(pair?.key) ?? rangeOf(document.getIn(path.slice(0, length), true));
    if (range !== undefined) return lines.linePos(range).line;
  }
  return 1;
}

function rangeOf(node: unknown): number | undefined {
  const range = at(node, ["range"]);
  return Array.isArray(range) && typeof range[0] === "number" ? range[0] : undefined;
}

function formatPath(path: Path): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join("");
}
