import * as v from "valibot";
import { isMap, LineCounter, parseDocument, type Document } from "yaml";
import { findNearest, listNames } from "../nearest.ts";
import { configDocument, type ConfigDocument } from "./config-schema.ts";
import type { Origin, Problems } from "./problems.ts";

/** Keys from the top of the document; a number is a place in a list. */
export type Path = readonly (string | number)[];

/** A YAML text of the right shape, and where each of its keys is. */
export interface ReadDocument {
  value: ConfigDocument;
  /** `gateway-tls.yaml:7 hosts[0].backend`. */
  locate: (path: Path) => Origin;
}

const SCHEMA =
  "Correct the file; schemas/config.schema.json in the package describes it for editors.";

/**
 * Keys of a wrong shape are left out and go to `problems`, so that what is wrong with the others
 * can be told with them; `undefined` where nothing can be read.
 */
export function readDocument(
  text: string,
  name: string,
  problems: Problems,
): ReadDocument | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (line: number, what = ""): Origin => {
    return { text: `${name}:${line}${what}`, place: { file: name, line, hint: SCHEMA } };
  };
  const locate = (path: Path) => at(lineOf(document, path, lines), ` ${formatPath(path)}`);
  const content = toPlain(document, (message, position) => {
    problems.addAt(at(position === undefined ? 1 : lines.linePos(position).line), message);
  });
  if (content === undefined) return undefined;
  for (;;) {
    const result = v.safeParse(configDocument, content);
    if (result.success) return { value: result.output, locate };
    // Of several unknown keys in one mapping the schema tells the first.
    for (const issue of result.issues) {
      problems.addAt(locate(pathOf(issue)), explain(issue, content));
    }
    const left = result.issues.map((issue) => leaveOut(content, pathOf(issue)));
    if (left.includes(false)) return undefined;
  }
}

/** The mapping that the document is; `undefined`, and what is wrong is told, when it is none. */
function toPlain(
  document: Document.Parsed,
  tell: (message: string, position?: number) => void,
): object | undefined {
  for (const { pos, message } of document.errors) tell(`this is not YAML: ${message}`, pos[0]);
  if (document.errors.length > 0) return undefined;
  try {
    const content: unknown = document.toJS({ maxAliasCount: 100 });
    if (typeof content === "object" && content !== null && !Array.isArray(content)) return content;
    tell("this is not a mapping of settings.");
  } catch (error) {
    // An alias without its anchor, and too many of them, are found only now.
    if (!(error instanceof ReferenceError)) throw error;
    tell(`this is not YAML: ${error.message}`);
  }
  return undefined;
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

function explain(issue: v.InferIssue<typeof configDocument>, content: object): string {
  const path = pathOf(issue);
  if (issue.type !== "strict_object") return `${issue.message}.`;
  const parent = path.slice(0, -1);
  const key = String(path.at(-1) ?? "");
  if (issue.expected !== "never") {
    const present = typeof at(content, path) !== "undefined";
    return present ? "is not a mapping." : "is missing.";
  }
  return describeUnknownKey(key, keysAt(parent));
}

/** A key that is not among those that are known. */
export function describeUnknownKey(key: string, known: readonly string[]): string {
  const near = findNearest(key, known);
  const meant = near === undefined ? `Known are ${listNames(known, 20)}.` : `Did you mean ${near}?`;
  return `unknown key ${JSON.stringify(key)}. ${meant}`;
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
