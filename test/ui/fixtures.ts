import type { Config } from "../../src/config/config.ts";
import type { Plan, PlanItem } from "../../src/plan/plan.ts";
import { versionSets } from "../../src/plan/version-sets.ts";
import type { CommandResult } from "../../src/runner/result.ts";
import type { Screen } from "../../src/ui/screen.ts";
import { buildConfig } from "../support/config.ts";

export const plain80: Screen = { color: false, columns: 80 };
export const plain120: Screen = { color: false, columns: 120 };
export const ascii80: Screen = { color: false, columns: 80, unicode: false };

export const config: Config = buildConfig({ region: "eu-central-1" });

export const plan: Pick<Plan, "config" | "environment" | "versions"> = {
  config,
  versions: versionSets.current,
  environment: {
    caller: {
      account: "111122223333",
      arn: "arn:aws:sts::111122223333:assumed-role/platform-admin/ops@example.com",
      partition: "aws",
      region: "eu-central-1",
    },
    cluster: {
      name: "demo",
      arn: "arn:aws:eks:eu-central-1:111122223333:cluster/demo",
      region: "eu-central-1",
      status: "ACTIVE",
      version: "1.34",
      endpoint: "https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com",
      certificateAuthority: undefined,
      oidcIssuer: undefined,
      autoModeCompute: false,
      autoModeLoadBalancing: false,
    },
    zone: { id: "Z0123456789ABCDEFGHIJ", name: "example.com", private: false },
    identityMode: "pod-identity",
    loadBalancer: "lbc",
    podIdentityAgentPresent: true,
    foreignCertManager: undefined,
  },
};

export const nameServers = [
  "ns-1.awsdns-01.org",
  "ns-512.awsdns-00.net",
  "ns-1024.awsdns-00.com",
  "ns-1536.awsdns-00.co.uk",
];

export const items: PlanItem[] = [
  {
    step: "gateway-api-crds",
    kind: "CRDs",
    name: "Gateway API 1.5.1",
    intent: "keep",
    owner: "helm release platform/crds",
  },
  {
    step: "external-dns-identity",
    kind: "IAM policy",
    name: "arn:aws:iam::111122223333:policy/gateway-tls-external-dns.eu-central-1.demo",
    intent: "create",
    document: { Version: "2012-10-17", Statement: [] },
  },
  {
    step: "external-dns-identity",
    kind: "IAM role",
    name: "gateway-tls-external-dns.eu-central-1.demo",
    intent: "create",
  },
  {
    step: "external-dns",
    kind: "Helm release",
    name: "external-dns/external-dns",
    intent: "update",
    fields: ["chart 1.20.0 -> 1.21.1", "values.domainFilters"],
  },
  {
    step: "gateway-controller",
    kind: "Helm release",
    name: "nginx-gateway/ngf",
    intent: "keep",
  },
  { step: "gateway", kind: "Gateway", name: "gateway-tls/gateway-tls", intent: "create" },
  {
    step: "issuers",
    kind: "ClusterIssuer",
    name: "gateway-tls-production",
    intent: "foreign",
    owner: "helm release platform/issuers",
  },
  { step: "kept-config", kind: "ConfigMap", name: "gateway-tls/gateway-tls", intent: "create" },
];

export const done: CommandResult = {
  command: "init",
  result: "done",
  error: null,
  writes: 14,
  changes: ["created IAM role gateway-tls-external-dns.eu-central-1.demo"],
  checks: [],
  warnings: ["CAA of example.com could not be seen: port 53 is blocked from here."],
  plan: items,
  steps: [
    { id: "gateway", title: "Gateway", state: "done", durationMs: 2000 },
    { id: "handshake", title: "TLS handshake", state: "current", message: "ok", durationMs: 10 },
  ],
  hosts: [
    {
      hostname: "www.example.com",
      url: "https://www.example.com/",
      certificate: {
        issuer: "Let's Encrypt R12",
        notAfter: "2027-02-21T10:00:00Z",
        names: ["www.example.com"],
        trusted: true,
      },
    },
  ],
};

export const failed: CommandResult = {
  ...done,
  result: "failed",
  error: {
    code: "GT-WAIT-TIMEOUT",
    message:
      "The load balancer's address did not come about within 600 s; last seen: FailedBuildModel: unable to resolve at least one subnet (0 match VPC and tags: [kubernetes.io/role/elb]).",
    hint: "Run `gateway-tls status` to see the first broken link, then the same command again: it resumes.",
  },
  writes: 3,
  changes: [
    "created IAM policy gateway-tls-external-dns.eu-central-1.demo",
    "installed helm release external-dns/external-dns",
    "applied Gateway gateway-tls/gateway-tls",
  ],
  steps: [
    { id: "gateway", title: "Gateway", state: "done", durationMs: 2000 },
    { id: "load-balancer", title: "Load balancer", state: "failed", durationMs: 600_000 },
    { id: "cert-manager", title: "cert-manager", state: "cancelled", durationMs: 600_000 },
    { id: "certificate", title: "Certificate", state: "not-started", durationMs: 0 },
    { id: "handshake", title: "TLS handshake", state: "not-started", durationMs: 0 },
  ],
  hosts: [],
};

export const now = new Date("2026-11-24T10:00:00Z");
