import { buildStatus, type Status } from "../../src/checks/status.ts";
import type { Config } from "../../src/config/config.ts";
import { known } from "../../src/facts/fact.ts";
import type { StatusFacts } from "../../src/facts/status-facts.ts";
import * as objects from "../../src/facts/objects.ts";
import { versionSets } from "../../src/plan/version-sets.ts";
import { objectOf } from "../facts/fakes/fake-kubernetes.ts";
import { buildConfig, delegation, names } from "./build-facts.ts";

export const at = "2026-11-20T00:00:00Z";
const hostname = "www.example.com";
const secret = "www.example.com-tls";
const notAfter = "2027-01-20T00:00:00Z";

export const condition = (
  type: string,
  status: string,
  reason = "",
  message = "",
  generation = 1,
) => ({
  type,
  status,
  reason,
  message,
  observedGeneration: generation,
  lastTransitionTime: at,
});

export const deployment = (name: string, readyReplicas = 1, rest: object = {}) =>
  objects.parseDeployment(
    objectOf("apps/v1", "Deployment", name, {
      metadata: { namespace: name },
      spec: { replicas: 1 },
      status: { readyReplicas, ...rest },
    }),
  );

/** A Gateway with the host's listener; `change` alters its parts. */
export const gateway = (change: { status?: object; spec?: object; listener?: object[] } = {}) =>
  objects.parseGateway(
    objectOf("gateway.networking.k8s.io/v1", "Gateway", "gateway-tls", {
      metadata: {
        namespace: "gateway-tls",
        generation: 1,
        annotations: { "cert-manager.io/cluster-issuer": names.issuers.production },
      },
      spec: {
        listeners: [
          { name: "http", port: 80, protocol: "HTTP" },
          { name: hostname, hostname, port: 443, protocol: "HTTPS" },
        ],
        ...change.spec,
      },
      status: {
        addresses: [{ type: "Hostname", value: "lb.example.net" }],
        conditions: [condition("Accepted", "True"), condition("Programmed", "True")],
        listeners: [
          { name: hostname, conditions: change.listener ?? [condition("Accepted", "True")] },
        ],
        ...change.status,
      },
    }),
  );

export const route = (conditions: object[]) =>
  objects.parseHttpRoute(
    objectOf("gateway.networking.k8s.io/v1", "HTTPRoute", hostname, {
      metadata: { namespace: "shop", generation: 1 },
      status: { parents: [{ parentRef: { name: "gateway-tls" }, conditions }] },
    }),
  );

export const certificate = (status: object = {}, issuer = names.issuers.production) =>
  objects.parseCertificate(
    objectOf("cert-manager.io/v1", "Certificate", secret, {
      metadata: { namespace: "gateway-tls", generation: 1 },
      spec: { secretName: secret, dnsNames: [hostname], issuerRef: { name: issuer } },
      status: {
        conditions: [condition("Ready", "True")],
        notAfter,
        renewalTime: "2026-12-30T00:00:00Z",
        ...status,
      },
    }),
  );

export const challenge = (state: string, reason: string) =>
  objects.parseChallenge(
    objectOf("acme.cert-manager.io/v1", "Challenge", "c", {
      spec: { dnsName: hostname },
      status: { state, reason },
    }),
  );

export const issuer = (conditions: object[], name = names.issuers.production) =>
  objects.parseClusterIssuer(
    objectOf("cert-manager.io/v1", "ClusterIssuer", name, {
      metadata: { generation: 1 },
      status: { conditions },
    }),
  );

export const endpoints = (ready: boolean) =>
  objects.parseEndpointSlice(
    objectOf("discovery.k8s.io/v1", "EndpointSlice", "web-1", {
      metadata: { namespace: "shop", labels: { "kubernetes.io/service-name": "web" } },
      endpoints: [{ addresses: ["10.0.0.1"], conditions: { ready } }],
    }),
  );

export const certManager = {
  namespace: "cert-manager",
  name: "cert-manager",
  version: "1.21.1",
  gatewayApi: "enabled" as const,
  owner: { ours: false, name: "helm release cert-manager/cert-manager" },
  ready: true,
};

export const served = {
  subject: hostname,
  issuer: "R11",
  names: [hostname],
  notBefore: at,
  notAfter,
  fingerprint: "ab",
  trusted: true,
  untrustedReason: undefined,
};

export const sight = (answers: object = {}, certificate: object = {}) => [
  {
    hostname,
    answers: known({ addresses: ["192.0.2.1"], missing: [], silent: [], ...answers }),
    served: known({ ...served, ...certificate }),
  },
];

/** An installation in which all is well. */
export function buildStatusFacts(changes: Partial<StatusFacts> = {}): StatusFacts {
  const owner = { ours: true, name: "gateway-tls" };
  const gatewayApi = {
    names: [],
    versions: ["1.5.1"],
    channel: "standard",
    owner,
    notEstablished: [],
  };
  const accepted = condition("Accepted", "True");
  return {
    now: "2026-11-23T00:00:00Z",
    keptConfig: known({
      text: "",
      data: {},
      owner,
      domain: "example.com",
      zoneId: "Z1",
      versions: "current",
    }),
    crds: known({ gatewayApi, certManager: undefined, nginxGatewayFabric: undefined }),
    externalDns: known(deployment("external-dns")),
    externalDnsLog: known([]),
    gatewayController: known(deployment("nginx-gateway")),
    certManagers: known([certManager]),
    gatewayClasses: known([
      {
        name: "nginx",
        controller: "gateway.nginx.org/nginx-gateway-controller",
        owner,
        accepted: objects.findCondition(
          objectOf("v1", "X", "x", { status: { conditions: [accepted] } }),
          "Accepted",
        ),
        supportedVersion: undefined,
      },
    ]),
    gateway: known(gateway()),
    routes: known([route([condition("Accepted", "True"), condition("ResolvedRefs", "True")])]),
    endpointSlices: known([endpoints(true)]),
    issuers: known([
      issuer([condition("Ready", "True", "ACMEAccountRegistered")]),
      issuer([condition("Ready", "True", "ACMEAccountRegistered")], names.issuers.staging),
    ]),
    certificates: known([certificate()]),
    requests: known([]),
    orders: known([]),
    challenges: known([]),
    delegation: known(delegation),
    hosts: sight(),
    ...changes,
  };
}

export function statusOf(facts: Partial<StatusFacts> = {}, changes: Partial<Config> = {}): Status {
  const config = buildConfig(changes);
  return buildStatus({
    config,
    names,
    versions: versionSets[config.versions],
    facts: buildStatusFacts(facts),
  });
}
