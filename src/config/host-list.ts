import { isMap, isNode, isSeq, LineCounter, parseDocument } from "yaml";
import { UsageError } from "../errors.ts";
import { parseBackend } from "./backend.ts";
import { parseHostname, requireBelow } from "./hostname.ts";
import type { PartialHost } from "./partial-config.ts";
import { parsePath } from "./plain-values.ts";
import type { Problems } from "./problems.ts";

/** A host as it was typed or written, and where: `hosts.yaml:3`. */
export interface AskedHost {
  where: string;
  hostname: string | undefined;
  backend: string | undefined;
  path: string | undefined;
}

const KEYS = ["hostname", "backend", "path"];

/**
 * The hosts of a YAML text: a list, or a mapping with `hosts`. What is no such list is
 * `GT-CONFIG-FILE`; a wrong entry goes to `problems`, and the others are read.
 */
export function readHostList(text: string, name: string, problems: Problems): AskedHost[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    throw wrongList(`${name}:${lines.linePos(error.pos[0]).line} is not YAML: ${error.message}`);
  }
  const { contents } = document;
  const found: unknown = isMap(contents) ? contents.get("hosts", true) : contents;
  if (!isSeq(found)) throw wrongList(`${name}: there is no list of hosts in it.`);
  if (found.items.length === 0) throw wrongList(`${name}: its list of hosts is empty.`);
  return found.items.flatMap((item) => {
    const range = isNode(item) ? item.range : undefined;
    const where = range == null ? name : `${name}:${lines.linePos(range[0]).line}`;
    if (!isMap(item)) {
      problems.add(`${where}: this is no host: write hostname, and below it backend and path.`);
      return [];
    }
    const fields: Record<string, unknown> = item.toJS(document);
    const unknown = Object.keys(fields).find((key) => !KEYS.includes(key));
    if (unknown !== undefined) problems.add(`${where}: unknown key ${JSON.stringify(unknown)}.`);
    const read = (key: string) => toText(fields[key]);
    return [{ where, hostname: read("hostname"), backend: read("backend"), path: read("path") }];
  });
}

/** YAML reads a name like `1.10` as a number. */
function toText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Each host parsed, and below the domain; what is wrong goes to `problems`, all of it. */
export async function parseAskedHosts(
  asked: readonly AskedHost[],
  domain: string | undefined,
  problems: Problems,
): Promise<PartialHost[]> {
  const hosts: PartialHost[] = [];
  for (const { where, hostname: name, backend: service, path: prefix } of asked) {
    const read = <T>(text: string | undefined, parse: (text: string) => T) =>
      text === undefined ? undefined : problems.collect(where, () => parse(text));
    if (name === undefined) problems.add(`${where}: hostname is missing.`);
    const hostname = await read(name, (text) => parseBelow(text, domain));
    const backend = await read(service, parseBackend);
    const path = await read(prefix, parsePath);
    if (hostname === undefined) continue;
    if (hosts.some((other) => other.hostname === hostname)) {
      problems.add(`${where}: ${hostname} is there twice.`);
    }
    hosts.push({
      hostname,
      ...(backend === undefined ? {} : { backend }),
      ...(path === undefined ? {} : { path }),
    });
  }
  return hosts;
}

function parseBelow(text: string, domain: string | undefined): string {
  const hostname = parseHostname(text);
  if (domain !== undefined) requireBelow(hostname, domain);
  return hostname;
}

function wrongList(message: string): UsageError {
  return new UsageError("GT-CONFIG-FILE", message, {
    hint: "Write a list: - hostname: api.example.com, with backend: shop/api:8080 below it.",
  });
}
