import * as v from "valibot";
import { isRecord, type JsonObject } from "../json.ts";
import { chartNames, crdBundleNames } from "./names.ts";

/** YAML reads `2025` as a number and `yes` as text: every scalar is taken as its text. */
const text = v.pipe(
  v.union([v.string(), v.number(), v.boolean()], "is not a text"),
  v.transform(String),
);
/** As it is: a record of valibot's would leave out keys like `constructor`. */
const values = v.custom<JsonObject>(isJsonObject, "is not a mapping of plain values");
const flag = v.boolean("is not true or false");

const host = v.strictObject(
  { hostname: text, backend: v.optional(text), path: v.optional(text) },
  "is not a host: hostname, backend and path are allowed",
);

const chart = v.strictObject({
  source: v.optional(text),
  values: v.optional(values),
});

/** The shape of gateway-tls.yaml; what is in each text is for its parser to say. */
export const configDocument = v.strictObject({
  apiVersion: v.literal("gateway-tls/v1", "is not gateway-tls/v1"),
  kind: v.literal("Config", "is not Config"),
  domain: v.optional(text),
  email: v.optional(text),
  cluster: v.optional(text),
  region: v.optional(text),
  zoneId: v.optional(text),
  identity: v.optional(text),
  issuer: v.optional(text),
  versions: v.optional(text),
  namespaces: v.optional(
    v.strictObject({
      gateway: v.optional(text),
      externalDns: v.optional(text),
      gatewayController: v.optional(text),
      certManager: v.optional(text),
      sampleApp: v.optional(text),
    }),
  ),
  hosts: v.optional(v.array(host, "is not a list of hosts")),
  sampleApp: v.optional(flag),
  loadBalancer: v.optional(
    v.strictObject({
      provider: v.optional(text),
      scheme: v.optional(text),
      annotations: v.optional(v.record(v.string(), text, "is not a mapping")),
    }),
  ),
  redirect: v.optional(flag),
  charts: v.optional(v.strictObject(v.entriesFromList(chartNames, v.optional(chart)))),
  crds: v.optional(v.strictObject(v.entriesFromList(crdBundleNames, v.optional(text)))),
  acme: v.optional(
    v.strictObject({
      server: v.optional(text),
      stagingServer: v.optional(text),
      caBundle: v.optional(text),
    }),
  ),
  permissionsBoundary: v.optional(text),
});

/** A gateway-tls.yaml of the right shape: every scalar is still a text, but the switches. */
export type ConfigDocument = v.InferOutput<typeof configDocument>;

function isJsonObject(value: unknown): value is JsonObject {
  return isRecord(value) && isJson(value);
}

function isJson(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) {
    return value === null || typeof value === "string" || typeof value === "boolean";
  }
  return Object.values(value).every(isJson);
}
