import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { parse, parseAllDocuments } from "yaml";

const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");

/** Upstream's CRDs and charts; CONTRIBUTING.md tells what is in it. */
const folder = resolve(process.env["GATEWAY_TLS_TEST_DATA"] ?? join(cache, "gateway-tls-upstream"));

/** Whether they are on this machine; they are not in the repository. */
export const hasUpstreamData = existsSync(folder);

/** `cert-manager-1.21.1`, sorted. */
export const listUpstreamCharts = (): string[] => readdirSync(join(folder, "charts")).sort();

/** Text of one of upstream's files; `undefined` when upstream ships none. */
export function readUpstream(path: string): string | undefined {
  const file = resolve(folder, path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });

/** Problems of `value` under a JSON Schema; empty when it is valid. */
export function findProblems(schema: unknown, value: unknown): string[] {
  if (!isRecord(schema)) throw new Error("a JSON Schema is an object");
  const validate: ValidateFunction = ajv.compile(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, JSON.stringify(params)].join(" "),
  );
}

/** `openAPIV3Schema` of a kind at a version, with unknown fields refused as the API server does. */
export function findCrdSchema(path: string, kind: string, version: string): object | undefined {
  for (const crd of readDocuments(path)) {
    if (read(crd, "spec", "names", "kind") !== kind) continue;
    const versions = read(crd, "spec", "versions");
    const found = Array.isArray(versions) ? versions.find((one) => one.name === version) : {};
    const schema = closeObjects(read(found, "schema", "openAPIV3Schema"));
    if (typeof schema === "object" && schema !== null) return schema;
  }
  return undefined;
}

const parsed = new Map<string, unknown[]>();

/** The documents of one file, parsed once: the bundles are large. */
function readDocuments(path: string): unknown[] {
  const known = parsed.get(path);
  if (known !== undefined) return known;
  const documents = parseAllDocuments(readUpstream(path) ?? "").map((one): unknown => one.toJS());
  parsed.set(path, documents);
  return documents;
}

/** Default values of a chart, as its values.yaml has them. */
export function readDefaultValues(chart: string): unknown {
  return parse(readUpstream(`charts/${chart}/values.yaml`) ?? "");
}

/** Paths in `values` whose key the chart's defaults do not have. An empty map takes any key. */
export function findUnknownKeys(values: unknown, defaults: unknown, path = ""): string[] {
  if (!isRecord(values)) return [];
  if (defaults === null || defaults === undefined) return [];
  if (!isRecord(defaults)) return [path];
  if (Object.keys(defaults).length === 0) return [];
  return Object.entries(values).flatMap(([key, value]) =>
    Object.hasOwn(defaults, key)
      ? findUnknownKeys(value, defaults[key], `${path}.${key}`)
      : [`${path}.${key}`],
  );
}

/** The API server refuses unknown fields where the schema does not preserve them; metadata is its own. */
function closeObjects(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closeObjects);
  if (!isRecord(schema)) return schema;
  const { properties } = schema;
  const closed = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === "properties" && isRecord(value)
        ? Object.fromEntries(Object.entries(value).map(([name, at]) => [name, closeObjects(at)]))
        : key === "items" || key === "additionalProperties"
          ? closeObjects(value)
          : value,
    ]),
  );
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true;
  return isRecord(properties) && !open ? { ...closed, additionalProperties: false } : closed;
}

function read(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
