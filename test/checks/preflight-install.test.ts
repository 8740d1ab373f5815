import { expect, test } from "vitest";
import { known } from "../../src/facts/fact.ts";
import * as good from "./build-facts.ts";
import { type PreflightCase, runCase } from "./preflight-case.ts";

const foreign = { ours: false, name: "helm release platform/dns" };

const kept = good.keptWith("current");

const iam = { policy: undefined, role: undefined, oidcProvider: undefined, association: undefined };
const addon = { name: "eks-pod-identity-agent", version: "v1", status: "ACTIVE", tags: {} };

const newerDns = (zoneId: string) =>
  good.buildRelease({
    name: "external-dns",
    namespace: "external-dns",
    chart: "external-dns",
    chartVersion: "1.22.0",
    labels: good.ours,
    values: { extraArgs: [`--zone-id-filter=${zoneId}`] },
  });

const cases: PreflightCase[] = [
  {
    what: "Pod Identity is asked of the set 2025",
    config: { identity: "pod-identity", versions: "2025" },
    facts: {
      version: known({ text: "v1.32.0", minor: 32 }),
      tools: known({ kubectl: "1.32.0", helm: "3.19.0" }),
    },
    expected: ["identity failed GT-IDENTITY-UNSUPPORTED"],
  },
  {
    what: "IRSA is asked of a cluster without an issuer",
    config: { identity: "irsa" },
    facts: { cluster: known({ ...good.cluster, oidcIssuer: undefined }) },
    expected: ["identity failed GT-IDENTITY-NO-ISSUER"],
  },
  {
    what: "the OIDC provider lacks the audience",
    facts: {
      iam: known({ ...iam, oidcProvider: { arn: "arn:p", owner: foreign, clientIds: ["other"] } }),
    },
    expected: ["identity failed GT-OIDC-AUDIENCE"],
  },
  {
    what: "the agent add-on is degraded",
    facts: { addons: known([{ ...addon, status: "DEGRADED" }]) },
    expected: ["identity warning GT-IDENTITY-AGENT"],
  },
  {
    what: "the role's name is taken",
    facts: { iam: known({ ...iam, role: { arn: "arn:aws:iam::1:role/r", owner: foreign } }) },
    expected: ["iam-names failed GT-IAM-FOREIGN"],
    says: /arn:aws:iam::1:role\/r/,
  },
  {
    what: "the ServiceAccount has a foreign association",
    facts: {
      iam: known({ ...iam, association: { id: "a-1", roleArn: "arn:other", owner: foreign } }),
    },
    expected: ["iam-names failed GT-ASSOCIATION-FOREIGN"],
    says: /by a Pod Identity association of helm release platform\/dns/,
    hint: /^Ask helm release platform\/dns first.* aws eks delete-\S+ --cluster-name demo --region eu-west-1 --association-id a-1$/,
  },
  {
    what: "the association is of the same cluster's installation in another region",
    facts: {
      iam: known({
        ...iam,
        association: {
          id: "a-1",
          roleArn: "arn:other",
          owner: { ours: false, name: "gateway-tls installation 123456789012/us-east-1/demo" },
        },
      }),
    },
    expected: ["iam-names failed GT-ASSOCIATION-FOREIGN"],
    hint: /^(?!.*delete).*give --region us-east-1/,
  },
  {
    what: "another domain is installed",
    facts: { keptConfig: known({ ...kept, domain: "other.org" }) },
    expected: ["installation failed GT-INSTALLATION-OTHER"],
    says: /other\.org/,
    hint: /--domain other\.org/,
  },
  {
    what: "another zone is installed",
    facts: {
      keptConfig: known({ ...kept, zoneId: "Z7" }),
      zone: known({ ...good.zoneFact, publicZones: [good.zone, { ...good.zone, id: "Z7" }] }),
    },
    expected: ["installation failed GT-INSTALLATION-OTHER"],
    says: /Z7, not Z1/,
  },
  {
    what: "the installed zone was made again, with another id",
    facts: { keptConfig: known({ ...kept, zoneId: "Z7" }) },
    expected: ["installation warning GT-ZONE-REPLACED"],
    says: /Z7, which the account has no more.* Z1 /,
  },
  {
    what: "the installed zone was made again, and ExternalDNS is newer than the set",
    facts: {
      keptConfig: known({ ...kept, zoneId: "Z7" }),
      releases: known([newerDns("Z7")]),
    },
    expected: ["chart-versions warning GT-CHART-NEWER", "installation failed GT-CHART-NEWER"],
  },
  {
    what: "the installed zone was made again, and a newer ExternalDNS has been given it",
    facts: {
      keptConfig: known({ ...kept, zoneId: "Z7" }),
      releases: known([newerDns("Z1")]),
    },
    expected: ["chart-versions warning GT-CHART-NEWER", "installation warning GT-ZONE-REPLACED"],
  },
  {
    what: "the installed zone was made again, and another version set is installed",
    facts: { keptConfig: known({ ...kept, zoneId: "Z7", versions: "2025" }) },
    expected: ["installation failed GT-INSTALLATION-VERSIONS"],
  },
  {
    what: "another version set is installed",
    facts: { keptConfig: known({ ...kept, versions: "2025" }) },
    expected: ["installation failed GT-INSTALLATION-VERSIONS"],
  },
  { what: "the same installation is there", facts: { keptConfig: known(kept) }, expected: [] },
  {
    what: "a foreign object has our name",
    facts: {
      objects: known([
        {
          kind: "ServiceAccount",
          name: "external-dns/external-dns",
          owner: { ours: false, name: "eksctl" },
        },
      ]),
    },
    expected: ["names failed GT-NAME-TAKEN"],
    says: /ServiceAccount external-dns\/external-dns \(eksctl\)/,
    hint: /kubectl delete serviceaccount external-dns --namespace external-dns/,
  },
  {
    what: "a namespace is being deleted",
    facts: { namespaces: known([{ name: "cert-manager", owner: foreign, terminating: true }]) },
    expected: ["namespaces failed GT-NAMESPACE-TERMINATING"],
  },
  {
    what: "another namespace is being deleted",
    facts: { namespaces: known([{ name: "elsewhere", owner: foreign, terminating: true }]) },
    expected: [],
  },
  {
    what: "the backend's Service is absent",
    facts: { services: known([{ namespace: "shop", name: "webb", ports: [80] }]) },
    expected: ["backends failed GT-BACKEND-NOT-FOUND"],
    hint: /--backend shop\/webb:80/,
  },
  {
    what: "the backend has another port",
    facts: { services: known([{ namespace: "shop", name: "web", ports: [8080] }]) },
    expected: ["backends failed GT-BACKEND-PORT"],
    says: /no port 80\. It has: 8080/,
  },
  {
    what: "the backend is the sample app of this run",
    config: {
      sampleApp: true,
      hosts: [
        {
          hostname: "www.example.com",
          backend: { namespace: "gateway-tls-sample", service: "coffee", port: 80 },
          path: "/",
        },
      ],
    },
    expected: [],
  },
  {
    what: "a route claims the host on our Gateway",
    facts: {
      claims: known([
        {
          hostname: "www.example.com",
          route: "HTTPRoute evil/www",
          owner: foreign,
          onOurGateway: true,
        },
      ]),
    },
    expected: ["host-claims failed GT-HOST-CLAIMED"],
    hint: /kubectl delete httproute www --namespace evil/,
  },
  {
    what: "a GRPCRoute claims the host on our Gateway",
    facts: {
      claims: known([
        {
          hostname: "www.example.com",
          route: "GRPCRoute rpc/www",
          owner: foreign,
          onOurGateway: true,
        },
      ]),
    },
    expected: ["host-claims failed GT-HOST-CLAIMED"],
    hint: /kubectl delete grpcroute www --namespace rpc/,
  },
  {
    what: "a route serves the host elsewhere",
    facts: {
      claims: known([
        {
          hostname: "www.example.com",
          route: "HTTPRoute old/www",
          owner: foreign,
          onOurGateway: false,
        },
      ]),
    },
    expected: ["host-claims warning GT-HOST-CLAIMED-ELSEWHERE"],
  },
];

test.each(cases)("$what", (one) => {
  const { expected, seen } = runCase(one);
  expect(seen).toEqual(expected);
});

test("where ExternalDNS would go on with a zone that is gone, the way on is named", () => {
  const report = good.preflight({
    keptConfig: known({ ...kept, zoneId: "Z7" }),
    releases: known([newerDns("Z7")]),
  });
  expect(report.checks.find(({ id }) => id === "installation")?.hint).toMatch(
    /^Set --zone-id-filter=Z1 .*helm get values external-dns --namespace external-dns$/,
  );
});
