import type { JsonObject } from "../../json.ts";
import { at, isFields, stringMap, strings, text } from "../fields.ts";
import {
  chartDeployment,
  chartLabels,
  chartServiceAccount,
  fullName,
  type SandboxChart,
} from "./chart.ts";
import { checkValues, keysOf, type ValueSchema } from "./values-schema.ts";

/** From the charts' values.schema.json: other keys pass at the top, wrong types do not. */
const schema: ValueSchema = {
  others: true,
  keys: {
    ...keysOf("sources domainFilters excludeDomains managedRecordTypes env", "list"),
    ...keysOf("txtOwnerId txtPrefix txtSuffix interval gatewayNamespace", "string"),
    ...keysOf("triggerLoopOnEvent namespaced enableGatewayListenerSets", "boolean"),
    policy: { oneOf: ["create-only", "sync", "upsert-only"] },
    registry: { oneOf: ["txt", "aws-sd", "dynamodb", "noop"] },
    image: { keys: keysOf("repository tag pullPolicy", "string") },
    serviceAccount: {
      keys: {
        ...keysOf("create automountServiceAccountToken", "boolean"),
        ...keysOf("labels annotations", "map"),
        name: "string",
      },
    },
    rbac: { others: true, keys: { create: "boolean" } },
  },
};

/** Before 1.17 `extraArgs` was a list alone. */
export const externalDnsChart: SandboxChart = {
  name: "external-dns",
  versions: { "1.14.5": "0.14.2", "1.21.1": "0.21.0" },
  check: (version, values) => {
    const mapOfArgs = isFields(values["extraArgs"]) && /^1\.1[0-6]\./.test(version);
    const problems = mapOfArgs ? ["at '/extraArgs': got object, want array"] : [];
    return [...problems, ...checkValues(schema, values)];
  },
  render: (release) => {
    const { values, appVersion } = release;
    const name = fullName(release.name, "external-dns");
    const labels = chartLabels(release, "external-dns");
    const create = at(values, "serviceAccount", "create") !== false;
    const account = text(at(values, "serviceAccount", "name")) || (create ? name : "default");
    const annotations = stringMap(at(values, "serviceAccount", "annotations"));
    const deployment = chartDeployment(release, {
      name,
      labels,
      serviceAccount: account,
      image: `registry.k8s.io/external-dns/external-dns:v${appVersion}`,
      args: externalDnsArgs(values),
      container: "external-dns",
    });
    return create
      ? [chartServiceAccount(release, account, labels, annotations), deployment]
      : [deployment];
  },
};

/** The container's arguments, as the chart's template builds them. */
export function externalDnsArgs(values: JsonObject): string[] {
  const provider = text(at(values, "provider", "name")) || text(values["provider"]) || "aws";
  const setting = (flag: string, key: string, fallback = ""): string[] => {
    const value = text(values[key]) || fallback;
    return value === "" ? [] : [`--${flag}=${value}`];
  };
  const sources = strings(values["sources"]);
  const { extraArgs } = values;
  const more = isFields(extraArgs) ? argsOfMap(extraArgs) : strings(extraArgs);
  return [
    "--log-level=info",
    "--log-format=text",
    ...setting("interval", "interval", "1m"),
    ...(values["triggerLoopOnEvent"] === true ? ["--events"] : []),
    ...(sources.length === 0 ? ["service", "ingress"] : sources).map((one) => `--source=${one}`),
    ...setting("policy", "policy", "upsert-only"),
    ...setting("registry", "registry", "txt"),
    ...setting("txt-owner-id", "txtOwnerId"),
    ...setting("txt-prefix", "txtPrefix"),
    ...setting("gateway-namespace", "gatewayNamespace"),
    ...strings(values["domainFilters"]).map((one) => `--domain-filter=${one}`),
    `--provider=${provider}`,
    ...more,
  ];
}

function argsOfMap(map: Record<string, unknown>): string[] {
  return Object.entries(map).flatMap(([flag, value]) => {
    if (value === null) return [`--${flag}`];
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.map((one) => `--${flag}=${typeof one === "string" ? one : JSON.stringify(one)}`);
  });
}
