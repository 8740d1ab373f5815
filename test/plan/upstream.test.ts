import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseCrdBundle } from "../../src/plan/crd-bundle.ts";
import { gatewayWith } from "../../src/plan/gateway.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { buildRehearsalRoute } from "../../src/plan/rehearsal.ts";
import { versionSets } from "../../src/plan/version-sets.ts";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import { combinations, planWith } from "./inputs.ts";
import {
  findCrdSchema,
  findProblems,
  findUnknownKeys,
  hasUpstreamData,
  readDefaultValues,
  readUpstream,
} from "../support/upstream.ts";

const caBundle = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";
const charts = ["external-dns", "nginx-gateway-fabric", "cert-manager"] as const;

const plans = combinations.map(([versions, identityMode]) => {
  const acme = {
    server: "https://ca.example/dir",
    stagingServer: "https://ca.example/s",
    caBundle,
  };
  return { plan: planWith({ versions, acme }, { identityMode }), versions, identityMode };
});

function customResources(plan: Plan): KubernetesObject[] {
  return [
    plan.issuers.staging,
    plan.gateway,
    gatewayWith(plan, {
      listeners: plan.hosts.map(({ listener }) => listener),
      issuer: plan.names.issuers.staging,
    }),
    ...plan.hosts.flatMap(({ bootstrapRoute, route, redirectRoute }) => [
      bootstrapRoute,
      route,
      ...(redirectRoute === undefined ? [] : [redirectRoute]),
    ]),
    buildRehearsalRoute(plan, "www.example.com", "0123456789abcdef"),
  ];
}

/** helm checks what the user gives together with the chart's defaults. */
function overDefaults(values: unknown, defaults: unknown): unknown {
  if (!isRecord(values) || !isRecord(defaults)) return values;
  const merged = Object.entries(values).map(([key, value]) => [
    key,
    overDefaults(value, defaults[key]),
  ]);
  return { ...defaults, ...Object.fromEntries(merged) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function crdFileOf(plan: Plan, { kind }: KubernetesObject): string {
  const { gatewayApi, charts: pins } = plan.versions;
  return kind === "ClusterIssuer"
    ? `crds/cert-manager-${pins["cert-manager"].version.replace("v", "")}.yaml`
    : `crds/gateway-api-${gatewayApi.version}-standard.yaml`;
}

describe.skipIf(!hasUpstreamData)("against what upstream publishes", () => {
  it.each(plans)("$versions with $identityMode: manifests fit the CRDs", ({ plan }) => {
    const problems = customResources(plan).flatMap((object) => {
      const version = object.apiVersion.split("/")[1] ?? "";
      const schema = findCrdSchema(crdFileOf(plan, object), object.kind, version);
      if (schema === undefined) return [`no schema of ${object.kind} ${version}`];
      return findProblems(schema, object).map((problem) => `${object.metadata.name} ${problem}`);
    });
    expect(problems).toEqual([]);
  });

  it("refuses what an older Gateway API does not have", () => {
    const schema = findCrdSchema("crds/gateway-api-1.1.0-standard.yaml", "Gateway", "v1");
    expect(findProblems(schema ?? {}, planWith().gateway).join()).toContain("infrastructure");
  });

  it.each(plans)("$versions with $identityMode: values fit the charts", ({ plan, versions }) => {
    const problems = charts.flatMap((name) => {
      const { values } = plan.releases[name];
      const chart = `${name}-${versionSets[versions].charts[name].version.replace("v", "")}`;
      const defaults = readDefaultValues(chart);
      // Some charts ship no schema: there the keys are all that can be checked.
      const schema: unknown = JSON.parse(
        readUpstream(`charts/${chart}/values.schema.json`) ?? "{}",
      );
      return [
        ...findProblems(schema, overDefaults(values, defaults)),
        ...findUnknownKeys(values, defaults),
      ].map((problem) => `${chart} ${problem}`);
    });
    expect(problems).toEqual([]);
  });

  it.each(Object.values(versionSets))("$name: the bundle is the pinned one", ({ gatewayApi }) => {
    const text = readUpstream(`crds/gateway-api-${gatewayApi.version}-standard.yaml`) ?? "";
    expect(createHash("sha256").update(text).digest("hex")).toBe(gatewayApi.sha256);
    const crds = parseCrdBundle(text, "upstream").filter(
      ({ kind }) => kind === "CustomResourceDefinition",
    );
    expect(crds.map(({ metadata }) => metadata.name).sort()).toEqual([...gatewayApi.crds]);
  });
});
