import type { Config } from "../config/config.ts";
import { UserError } from "../errors.ts";
import { isRecord, type Json, type JsonObject } from "../json.ts";
import { MANAGED_BY, MANAGER } from "./manifest.ts";
import { mergeValues } from "./merge-values.ts";
import type { Names } from "./names.ts";
import type { Environment } from "./plan.ts";
import type { VersionSet } from "./version-sets.ts";

/** Keep the dot, and never change it: the record's owner would be lost (facts of the TXT registry). */
const TXT_PREFIX = "%{record_type}-edns.";

interface ExternalDnsInput {
  config: Config;
  environment: Environment;
  names: Names;
  versions: VersionSet;
}

/**
 * Values of the ExternalDNS chart, the user's under ours. The chart evaluates `extraArgs` and the
 * ServiceAccount's annotations as templates, so values with `{{` are refused with
 * `GT-CHART-VALUES-TEMPLATE`.
 */
export function buildExternalDnsValues(input: ExternalDnsInput): JsonObject {
  const { config, environment, names, versions } = input;
  const theirs = config.charts["external-dns"]?.values ?? {};
  refuseTemplates(theirs, "charts.external-dns.values");
  const { region } = environment.cluster;
  const ours: JsonObject = {
    provider: { name: "aws" },
    sources: ["gateway-httproute"],
    domainFilters: [environment.zone.name],
    policy: "upsert-only",
    registry: "txt",
    txtOwnerId: names.txtOwner,
    txtPrefix: TXT_PREFIX,
    interval: "1m",
    triggerLoopOnEvent: true,
    serviceAccount: { create: false, name: names.serviceAccount },
    rbac: { create: true },
    env: [
      { name: "AWS_REGION", value: region },
      { name: "AWS_DEFAULT_REGION", value: region },
    ],
    ...(versions.name === "current" ? { gatewayNamespace: config.namespaces.gateway } : {}),
    extraArgs: mergeArguments(theirs["extraArgs"], buildArguments(input)),
  };
  return mergeValues(theirs, ours);
}

/** ExternalDNS 0.14.2 has no `--gateway-name`, and its chart no `gatewayNamespace`. */
function buildArguments({ config, environment, names, versions }: ExternalDnsInput): string[] {
  const common = [`--zone-id-filter=${environment.zone.id}`, "--aws-zone-type=public"];
  if (versions.name === "current") return [...common, `--gateway-name=${names.gateway}`];
  return [
    ...common,
    `--gateway-namespace=${config.namespaces.gateway}`,
    `--gateway-label-filter=${MANAGED_BY}=${MANAGER}`,
  ];
}

/** ExternalDNS refuses a flag that comes twice: the user's goes when it is one of ours. */
function mergeArguments(theirs: Json | undefined, ours: readonly string[]): string[] {
  const own = new Set(ours.map(flagOf));
  return [...listArguments(theirs).filter((text) => !own.has(flagOf(text))), ...ours];
}

/** A list, or as of chart 1.17 a map of flag to value, values or nothing. */
function listArguments(theirs: Json | undefined): string[] {
  if (Array.isArray(theirs)) return theirs.flatMap(toText);
  if (!isRecord(theirs)) return [];
  return Object.entries(theirs).flatMap(([flag, value]) => {
    if (value === null) return [`--${flag}`];
    return [value].flat().flatMap((one) => toText(one).map((text) => `--${flag}=${text}`));
  });
}

/** An argument is a scalar; what is not says nothing. */
function toText(value: Json): string[] {
  return typeof value === "object" ? [] : [String(value)];
}

const flagOf = (text: string): string => text.split("=")[0] ?? text;

function refuseTemplates(value: Json, path: string): void {
  if (typeof value === "string" && value.includes("{{")) {
    throw new UserError(
      "GT-CHART-VALUES-TEMPLATE",
      `${path} has "{{" in it, which the ExternalDNS chart would evaluate as a template.`,
      { hint: `Write the value itself in ${path}.` },
    );
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    refuseTemplates(key, path);
    refuseTemplates(inner, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`);
  }
}
