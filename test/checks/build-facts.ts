import type { Config } from "../../src/config/config.ts";
import { UserError } from "../../src/errors.ts";
import { known, unknown } from "../../src/facts/fact.ts";
import type { Facts } from "../../src/facts/facts.ts";
import type { CheckInput, CheckReport, CheckResult } from "../../src/checks/check.ts";
import { preflightChecks } from "../../src/checks/preflight.ts";
import { runChecks } from "../../src/checks/run-checks.ts";
import { buildNames } from "../../src/plan/names.ts";
import { versionSets } from "../../src/plan/version-sets.ts";
import type { Release } from "../../src/ports/charts.ts";
import { buildConfig as buildSandboxConfig } from "../support/config.ts";

export const zone = { id: "Z1", name: "example.com", private: false };
export const nameServers = ["ns-1.awsdns-01.org", "ns-2.awsdns-02.net"];
export const caller = {
  account: "123456789012",
  arn: "arn:aws:sts::123456789012:assumed-role/operator/you",
  partition: "aws",
  region: "eu-west-1",
};
export const cluster = {
  name: "demo",
  arn: "arn:aws:eks:eu-west-1:123456789012:cluster/demo",
  region: "eu-west-1",
  status: "ACTIVE",
  version: "1.34",
  endpoint: "https://demo.example.invalid",
  certificateAuthority: "Y2E=",
  oidcIssuer: "https://oidc.eks.eu-west-1.amazonaws.com/id/ABC",
  autoModeCompute: false,
  autoModeLoadBalancing: false,
};
export const names = buildNames({ caller, cluster });

/** A config as it is after all defaults, with a Service of the user's on www. */
export function buildConfig(changes: Partial<Config> = {}): Config {
  const backend = { namespace: "shop", service: "web", port: 80 };
  const hosts = [{ hostname: "www.example.com", backend, path: "/" }];
  return buildSandboxConfig({ hosts, sampleApp: false, ...changes });
}

export const delegation = {
  zone: "example.com",
  parent: "com",
  expected: nameServers,
  delegated: nameServers,
  source: "parent" as const,
  ds: false,
  soaStatus: "NOERROR",
};

export const zoneFact = {
  zone,
  candidates: [zone],
  privateZones: [],
  publicZones: [zone],
  nameServers,
  zoneIdProblem: undefined,
};

/** A good account and an empty cluster: nothing is wrong. */
function buildFacts(changes: Partial<Facts> = {}): Facts {
  return {
    tools: known({ kubectl: "1.34.1", helm: "4.2.4" }),
    caller: known(caller),
    cluster: known(cluster),
    clusterNames: known(["demo", "staging"]),
    addons: known([]),
    zone: known(zoneFact),
    delegation: known(delegation),
    caa: [
      known({ hostname: "www.example.com", foundAt: undefined, records: [], failedAt: undefined }),
    ],
    records: known([{ hostname: "www.example.com", records: [], owner: undefined }]),
    iam: known({
      policy: undefined,
      role: undefined,
      oidcProvider: undefined,
      association: undefined,
    }),
    version: known({ text: "v1.34.2-eks-1", minor: 34 }),
    access: known({ asked: [{ verb: "get", group: "", resource: "secrets" }], denied: [] }),
    crds: known({ gatewayApi: undefined, certManager: undefined, nginxGatewayFabric: undefined }),
    releases: known([]),
    certManagers: known([]),
    loadBalancer: known({
      controller: { namespace: "kube-system", name: "lbc", version: "2.14.1", ready: true },
      webhook: true,
    }),
    gatewayClasses: known([]),
    objects: known([]),
    namespaces: known([
      { name: "shop", owner: { ours: false, name: "kubectl" }, terminating: false },
    ]),
    services: known([
      { namespace: "shop", name: "api", ports: [8080] },
      { namespace: "shop", name: "web", ports: [80] },
    ]),
    claims: known([]),
    keptConfig: known(undefined),
    ...changes,
  };
}

export function buildRelease(changes: Partial<Release> = {}): Release {
  return {
    name: "cert-manager",
    namespace: "cert-manager",
    revision: 1,
    status: "deployed",
    chart: "cert-manager",
    chartVersion: "v1.21.1",
    appVersion: "v1.21.1",
    values: {},
    labels: {},
    updatedAt: "2026-11-01T00:00:00Z",
    ...changes,
  };
}

/** An installation of ours for the domain, with this version set. */
export const keptWith = (versions: string) => ({
  text: "",
  data: {},
  owner: { ours: true, name: "gateway-tls" },
  domain: "example.com",
  zoneId: zone.id,
  versions,
});

/** A cluster of 1.`minor`, and a kubectl that fits. */
export const atMinor = (minor: number) => ({
  version: known({ text: `v1.${minor}.0`, minor }),
  tools: known({ kubectl: `1.${minor}.0`, helm: "3.19.0" }),
});

export const ours = { "app.kubernetes.io/managed-by": "gateway-tls" };

/** Why something could not be read. */
export function unread(
  code: `GT-${string}`,
  message = "It could not be read.",
): ReturnType<typeof unknown> {
  return unknown(new UserError(code, message, { hint: "Do this." }));
}

export function buildInput(facts: Partial<Facts> = {}, config: Partial<Config> = {}): CheckInput {
  const all = buildConfig(config);
  return { config: all, facts: buildFacts(facts), versions: versionSets[all.versions], names };
}

export function preflight(facts: Partial<Facts> = {}, config: Partial<Config> = {}): CheckReport {
  return runChecks(preflightChecks, buildInput(facts, config));
}

/** All that is not well, as `id state code`. */
export function troubles(report: CheckReport): string[] {
  return report.checks
    .filter(({ state }) => state !== "ok" && state !== "not-checked")
    .map(({ id, state, code }) => `${id} ${state} ${code ?? ""}`);
}

export function resultOf(report: CheckReport, id: string): CheckResult {
  const found = report.checks.find((check) => check.id === id);
  if (found === undefined) throw new Error(`no check ${id}`);
  return found;
}
