import { stringify } from "yaml";
import { formatBackend, parseBackend } from "./backend.ts";
import type { Config } from "./config.ts";
import type { ConfigDocument } from "./config-schema.ts";
import { CONFIG_FILE } from "./defaults.ts";
import { readDocument, type Path, type ReadDocument } from "./document.ts";
import { parseHostname } from "./hostname.ts";
import { parseNamespace } from "./kubernetes-name.ts";
import { chartNames, namespaceParts } from "./names.ts";
import { parseAnnotation } from "./pairs.ts";
import type { ParseContext } from "./parse-context.ts";
import type { PartialConfig, PartialHost } from "./partial-config.ts";
import { parsePath } from "./plain-values.ts";
import { Problems } from "./problems.ts";
import { settingIds, settingOf } from "./settings.ts";
import { parseSource } from "./sources.ts";

const LENIENT: ParseContext = {
  anySuffix: true,
  letsEncrypt: false,
  readText: () => Promise.reject(new Error("a document names no files")),
};

/**
 * A `gateway-tls.yaml`, every value parsed. `name` stands for it in errors, `GT-CONFIG-FILE`, which
 * tell all that is wrong by line and key. What depends on the CA is checked by `resolveConfig`.
 */
export async function readConfigFile(
  text: string,
  { name = CONFIG_FILE, context = LENIENT }: { name?: string; context?: ParseContext } = {},
): Promise<PartialConfig> {
  const problems = new Problems();
  const config = await collectConfig(text, { name, context }, problems);
  problems.throwIfAny();
  return config;
}

/** The same, with all that is wrong put into `problems`, and left out of the answer. */
export async function collectConfig(
  text: string,
  { name, context = LENIENT }: { name: string; context?: ParseContext },
  problems: Problems,
): Promise<PartialConfig> {
  const document = readDocument(text, name, problems);
  if (document === undefined) return {};
  const scalars = await readScalars(document, context, problems);
  const { value } = document;
  const hosts = await readHosts(document, problems);
  const own: PartialConfig = {
    ...scalars,
    ...(value.sampleApp === undefined ? {} : { sampleApp: value.sampleApp }),
    ...(hosts === undefined ? {} : { hosts }),
    ...(await readNamespaces(document, problems)),
    ...(await readCharts(document, problems)),
  };
  const annotations = await readAnnotations(document, problems);
  if (annotations === undefined) return own;
  return { ...own, loadBalancer: { ...own.loadBalancer, annotations } };
}

/** The document of a config; `readConfigFile` reads back the same. */
export function writeConfig(config: Config): string {
  const { domain, email, cluster, region, zoneId, hosts, ...rest } = config;
  const document = {
    apiVersion: "gateway-tls/v1",
    kind: "Config",
    domain,
    email,
    cluster,
    region,
    ...(zoneId === undefined ? {} : { zoneId }),
    hosts: hosts.map(({ hostname, backend, path }) => ({
      hostname,
      backend: formatBackend(backend),
      path,
    })),
    ...rest,
  };
  return stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 });
}

/** The settings that are one value at one key. */
async function readScalars(
  { value, locate }: ReadDocument,
  context: ParseContext,
  problems: Problems,
): Promise<PartialConfig> {
  const config: Record<string, unknown> = {};
  for (const id of settingIds) {
    const { file, parse } = settingOf(id);
    if (file === null) continue;
    const path = file.split(".");
    const found = valueAt(value, path);
    if (typeof found !== "string" && typeof found !== "boolean") continue;
    const parsed = await problems.collect(locate(path), () => parse(String(found), context));
    if (parsed !== undefined) setAt(config, path, parsed);
  }
  return config;
}

async function readHosts(
  { value, locate }: ReadDocument,
  problems: Problems,
): Promise<PartialHost[] | undefined> {
  if (value.hosts === undefined) return undefined;
  const hosts: PartialHost[] = [];
  for (const [index, host] of value.hosts.entries()) {
    const read = <T>(key: keyof typeof host, parse: (text: string) => T) => {
      const text = host[key];
      const where = locate(["hosts", index, key]);
      return text === undefined ? undefined : problems.collect(where, () => parse(text));
    };
    const hostname = await read("hostname", (text) =>
      parseHostname(text, value.domain === undefined ? {} : { domain: value.domain }),
    );
    const backend = await read("backend", parseBackend);
    const path = await read("path", parsePath);
    if (hostname === undefined) continue;
    if (hosts.some((other) => other.hostname === hostname)) {
      problems.addAt(locate(["hosts", index, "hostname"]), `${hostname} is there twice.`);
    }
    hosts.push({
      hostname,
      ...(backend === undefined ? {} : { backend }),
      ...(path === undefined ? {} : { path }),
    });
  }
  return hosts;
}

async function readNamespaces(
  { value, locate }: ReadDocument,
  problems: Problems,
): Promise<Pick<PartialConfig, "namespaces">> {
  if (value.namespaces === undefined) return {};
  const namespaces: Partial<Config["namespaces"]> = {};
  for (const part of Object.values(namespaceParts)) {
    const text = value.namespaces[part];
    if (text === undefined) continue;
    const where = locate(["namespaces", part]);
    const parsed = await problems.collect(where, () => parseNamespace(text));
    if (parsed !== undefined) namespaces[part] = parsed;
  }
  return { namespaces };
}

async function readCharts(
  { value, locate }: ReadDocument,
  problems: Problems,
): Promise<Pick<PartialConfig, "charts" | "crds">> {
  const read = (text: string | undefined, path: Path) =>
    text === undefined ? undefined : problems.collect(locate(path), () => parseSource(text));
  const charts: Config["charts"] = {};
  for (const name of chartNames) {
    const chart = value.charts?.[name];
    if (chart === undefined) continue;
    const source = await read(chart.source, ["charts", name, "source"]);
    charts[name] = {
      ...(source === undefined ? {} : { source }),
      ...(chart.values === undefined ? {} : { values: chart.values }),
    };
  }
  const bundle = await read(value.crds?.["gateway-api"], ["crds", "gateway-api"]);
  return {
    ...(value.charts === undefined ? {} : { charts }),
    ...(value.crds === undefined
      ? {}
      : { crds: bundle === undefined ? {} : { "gateway-api": bundle } }),
  };
}

async function readAnnotations(
  { value, locate }: ReadDocument,
  problems: Problems,
): Promise<Record<string, string> | undefined> {
  const given = value.loadBalancer?.annotations;
  if (given === undefined) return undefined;
  const pairs = await Promise.all(
    Object.entries(given).map(([key, text]) =>
      problems.collect(locate(["loadBalancer", "annotations", key]), () =>
        parseAnnotation(`${key}=${text}`),
      ),
    ),
  );
  return Object.fromEntries(pairs.filter((pair) => pair !== undefined));
}

function valueAt(document: ConfigDocument, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined,
    document,
  );
}

function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = "", ...rest] = path;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner: Record<string, unknown> = {};
  const existing = target[key];
  const next = typeof existing === "object" && existing !== null ? { ...existing } : inner;
  setAt(next, rest, value);
  target[key] = next;
}
