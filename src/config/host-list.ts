import { isMap, isNode, isSeq, LineCounter, parseDocument, type YAMLMap } from "yaml";
import { UsageError } from "../errors.ts";
import { parseBackend } from "./backend.ts";
import { describeUnknownKey } from "./document.ts";
import { parseHostname, requireBelow } from "./hostname.ts";
import type { PartialHost } from "./partial-config.ts";
import { parsePath } from "./plain-values.ts";
import type { Origin, Problems } from "./problems.ts";

/** A text as it was typed or written, and where: `--backend`, `hosts.yaml:3`. */
export interface Said {
  text: string;
  where: Origin;
}

/** A host as it was asked for. */
export interface AskedHost {
  where: Origin;
  hostname: string | undefined;
  backend: Said | undefined;
  path: Said | undefined;
}

const KEYS = ["hostname", "backend", "path"];
const HINT = "Correct the file: a list of hostname, with backend and path below it.";

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
  const locate = (node: unknown): Origin => {
    const range = isNode(node) ? node.range : undefined;
    if (range == null) return name;
    const { line } = lines.linePos(range[0]);
    return { text: `${name}:${line}`, place: { file: name, line, hint: HINT } };
  };
  return found.items.flatMap((item) => {
    if (isMap(item)) return [readHost(item, locate, problems)];
    problems.addAt(locate(item), "this is no host: write hostname, and below it backend and path.");
    return [];
  });
}

function readHost(item: YAMLMap, locate: (node: unknown) => Origin, problems: Problems): AskedHost {
  for (const { key } of item.items) {
    const name = String(key);
    if (!KEYS.includes(name)) problems.addAt(locate(key), describeUnknownKey(name, KEYS));
  }
  const read = (key: string): Said | undefined => {
    const text = toText(item.get(key));
    const pair = item.items.find((each) => String(each.key) === key);
    return text === undefined ? undefined : { text, where: locate(pair?.key) };
  };
  const hostname = read("hostname");
  return {
    where: hostname?.where ?? locate(item),
    hostname: hostname?.text,
    backend: read("backend"),
    path: read("path"),
  };
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
    const read = <T>(said: Said | undefined, parse: (text: string) => T) =>
      said === undefined ? undefined : problems.collect(said.where, () => parse(said.text));
    if (name === undefined) problems.addAt(where, "hostname is missing.");
    const said = name === undefined ? undefined : { text: name, where };
    const hostname = await read(said, (text) => parseBelow(text, domain));
    const backend = await read(service, parseBackend);
    const path = await read(prefix, parsePath);
    if (hostname === undefined) continue;
    if (hosts.some((other) => other.hostname === hostname)) {
      problems.addAt(where, `${hostname} is there twice.`);
    }
    hosts.push({
      hostname,
      ...(backend === undefined ? {} : { backend }),
      ...(path === undefined ? {} : { path }),
    });
  }
  return hosts;
}

/** The full name of a host that is the domain, or below it. Throws `GT-CONFIG-VALUE`. */
export function parseBelow(text: string, domain: string | undefined): string {
  const hostname = parseHostname(text, domain === undefined ? {} : { domain });
  if (domain !== undefined) requireBelow(hostname, domain);
  return hostname;
}

function wrongList(message: string): UsageError {
  return new UsageError("GT-CONFIG-FILE", message, {
    hint: "Write a list: - hostname: api.example.com, with backend: shop/api:8080 below it.",
  });
}
