import { describe, expect, test } from "vitest";
import { firstFailure } from "../../src/checks/run-checks.ts";
import { preflightChecks } from "../../src/checks/preflight.ts";
import type { Config } from "../../src/config/config.ts";
import { known } from "../../src/facts/fact.ts";
import type { Facts } from "../../src/facts/facts.ts";
import * as good from "./build-facts.ts";
import {
  buildConfig,
  buildRelease,
  ours,
  preflight,
  resultOf,
  troubles,
  unread,
} from "./build-facts.ts";

const foreign = { ours: false, name: "helm release platform/dns" };
const addon = { name: "eks-pod-identity-agent", version: "v1", status: "ACTIVE", tags: {} };
const crds = {
  names: ["gateways.gateway.networking.k8s.io"],
  versions: ["1.5.1"],
  channel: "standard",
  owner: { ours: false, name: "kubectl" },
  notEstablished: [],
};
const allCrds = [
  "backendtlspolicies",
  "gatewayclasses",
  "gateways",
  "grpcroutes",
  "httproutes",
  "listenersets",
  "referencegrants",
  "tlsroutes",
].map((plural) => `${plural}.gateway.networking.k8s.io`);
const noCrds = { gatewayApi: undefined, certManager: undefined, nginxGatewayFabric: undefined };
const certManager = {
  namespace: "cert-manager",
  name: "cert-manager",
  version: "1.20.2",
  gatewayApi: "enabled" as const,
  owner: { ours: false, name: "helm release cert-manager/cert-manager" },
  ready: true,
};
const kept = {
  text: "",
  data: {},
  owner: { ours: true, name: "gateway-tls" },
  domain: "example.com",
  zoneId: "Z1",
  versions: "current",
};
const caa = (value: string, parameters: Record<string, string> = {}) => [
  known({
    hostname: "www.example.com",
    foundAt: "example.com",
    records: [{ critical: false, tag: "issue", value, parameters }],
    failedAt: undefined,
  }),
];
const iam = { policy: undefined, role: undefined, oidcProvider: undefined, association: undefined };
const twin = { id: "Z2", name: "example.com", private: false };
const record = { name: "www.example.com", type: "A", values: ["192.0.2.1"] };
const lb = buildConfig().loadBalancer;

interface Case {
  what: string;
  facts?: Partial<Facts>;
  config?: Partial<Config>;
  expected: string[];
  says?: RegExp;
  hint?: RegExp;
}

const cases: Case[] = [
  { what: "nothing is wrong", expected: [] },
  {
    what: "kubectl is absent",
    facts: { tools: known({ kubectl: undefined, helm: "3.19.0" }) },
    expected: ["kubectl failed GT-KUBECTL-MISSING"],
  },
  {
    what: "kubectl is old",
    facts: { tools: known({ kubectl: "1.20.3", helm: "3.19.0" }) },
    expected: ["kubectl failed GT-KUBECTL-OLD"],
  },
  {
    what: "kubectl is far from the cluster",
    facts: { tools: known({ kubectl: "1.30.0", helm: "3.19.0" }) },
    expected: ["kubectl-skew warning GT-KUBECTL-SKEW"],
  },
  {
    what: "helm is absent",
    facts: { tools: known({ kubectl: "1.34.1", helm: undefined }) },
    expected: ["helm failed GT-HELM-MISSING"],
  },
  {
    what: "helm is old",
    facts: { tools: known({ kubectl: "1.34.1", helm: "3.9.4" }) },
    expected: ["helm failed GT-HELM-OLD"],
    says: /3\.9\.4.*3\.19\.0/,
  },
  {
    what: "the credentials have expired",
    facts: { caller: unread("GT-AWS-CREDENTIALS") },
    expected: ["caller failed GT-AWS-CREDENTIALS"],
  },
  {
    what: "the cluster's name is wrong",
    facts: { cluster: known(undefined) },
    config: { cluster: "stagin" },
    expected: ["cluster failed GT-CLUSTER-NOT-FOUND"],
    says: /123456789012.*"stagin" in eu-west-1.*demo and staging/,
    hint: /--cluster staging/,
  },
  {
    what: "the cluster is being deleted",
    facts: { cluster: known({ ...good.cluster, status: "DELETING" }) },
    expected: ["cluster failed GT-CLUSTER-NOT-ACTIVE"],
  },
  {
    what: "the API server does not answer",
    facts: { version: unread("GT-CLUSTER-UNREACHABLE") },
    expected: ["cluster-reachable failed GT-CLUSTER-UNREACHABLE"],
  },
  {
    what: "Kubernetes is too old for the set",
    facts: {
      version: known({ text: "v1.31.0", minor: 31 }),
      tools: known({ kubectl: "1.31.0", helm: "3.19.0" }),
    },
    expected: ["kubernetes-version failed GT-VERSIONS-UNSUPPORTED"],
    says: /current with Kubernetes 1\.31/,
    hint: /--versions 2025/,
  },
  {
    what: "Kubernetes is too new for the set",
    facts: {
      version: known({ text: "v1.37.0", minor: 37 }),
      tools: known({ kubectl: "1.37.0", helm: "3.19.0" }),
    },
    expected: ["kubernetes-version failed GT-VERSIONS-UNSUPPORTED"],
  },
  {
    what: "permissions are missing",
    facts: {
      access: known({
        asked: [],
        denied: [
          { verb: "create", group: "apps", resource: "deployments", namespace: "cert-manager" },
        ],
      }),
      releases: unread("GT-KUBERNETES-FORBIDDEN"),
    },
    expected: ["access failed GT-ACCESS-DENIED"],
    says: /create deployments\.apps in cert-manager/,
    hint: /--principal-arn arn:aws:iam::123456789012:role\/operator /,
  },
  {
    what: "the zone is absent",
    facts: {
      zone: known({
        ...good.zoneFact,
        zone: undefined,
        candidates: [],
        publicZones: [{ ...twin, name: "exmple.com" }],
      }),
    },
    expected: ["zone failed GT-ZONE-NOT-FOUND"],
    hint: /--domain exmple\.com/,
  },
  {
    what: "two public zones have the name",
    facts: { zone: known({ ...good.zoneFact, zone: undefined, candidates: [good.zone, twin] }) },
    expected: ["zone failed GT-ZONE-TWINS"],
    says: /Z1 and Z2/,
    hint: /--zone-id/,
  },
  {
    what: "--zone-id names a private zone",
    facts: { zone: known({ ...good.zoneFact, zone: undefined, zoneIdProblem: "private" }) },
    config: { zoneId: "Z9" },
    expected: ["zone failed GT-ZONE-ID"],
    says: /Z9 is private/,
    hint: /Z1 \(example\.com\)/,
  },
  {
    what: "a private zone has the name",
    facts: { zone: known({ ...good.zoneFact, privateZones: [{ ...twin, private: true }] }) },
    expected: ["private-zone warning GT-ZONE-PRIVATE"],
  },
  {
    what: "nobody delegates the zone",
    facts: { delegation: known({ ...good.delegation, delegated: [] }) },
    expected: ["delegation failed GT-ZONE-NOT-DELEGATED"],
    hint: /registrar of example\.com.*ns-1\.awsdns-01\.org, ns-2\.awsdns-02\.net/,
  },
  {
    what: "the zone is delegated elsewhere",
    facts: { delegation: known({ ...good.delegation, delegated: ["ns.other.net"] }) },
    expected: ["delegation failed GT-ZONE-NOT-DELEGATED"],
    says: /ns\.other\.net/,
  },
  {
    what: "a subdomain is not delegated from its parent in the same account",
    facts: {
      zone: known({ ...good.zoneFact, publicZones: [{ id: "ZP", name: "com", private: false }] }),
      delegation: known({ ...good.delegation, delegated: [] }),
    },
    expected: ["delegation failed GT-ZONE-NOT-DELEGATED"],
    hint: /hosted zone com \(ZP\) set: example\.com NS/,
  },
  {
    what: "a name server is missing at the parent",
    facts: { delegation: known({ ...good.delegation, delegated: good.nameServers.slice(1) }) },
    expected: ["delegation warning GT-ZONE-DELEGATION-PARTIAL"],
  },
  {
    what: "port 53 is blocked",
    facts: { delegation: unread("GT-DNS-UNREACHABLE"), caa: [unread("GT-DNS-UNREACHABLE")] },
    expected: ["delegation unknown GT-DNS-UNREACHABLE"],
  },
  {
    what: "the DS record is wrong",
    facts: { delegation: known({ ...good.delegation, ds: true, soaStatus: "SERVFAIL" }) },
    expected: ["dnssec failed GT-ZONE-DNSSEC"],
  },
  {
    what: "the DS record is wrong, seen through a resolver only",
    facts: {
      delegation: known({
        ...good.delegation,
        source: "recursive",
        delegated: [],
        ds: true,
        soaStatus: "SERVFAIL",
      }),
    },
    expected: ["dnssec failed GT-ZONE-DNSSEC"],
  },
  {
    what: "the name servers are lame",
    facts: { delegation: known({ ...good.delegation, soaStatus: "SERVFAIL" }) },
    expected: ["dnssec failed GT-ZONE-BROKEN"],
  },
  { what: "CAA names our CA", facts: { caa: caa("letsencrypt.org") }, expected: [] },
  {
    what: "CAA names another CA",
    facts: { caa: caa("sectigo.com") },
    expected: ["caa failed GT-CAA-FORBIDS"],
    says: /sectigo\.com, not letsencrypt\.org/,
    hint: /0 issue "letsencrypt\.org"/,
  },
  {
    what: "CAA allows DNS-01 only",
    facts: { caa: caa("letsencrypt.org", { validationmethods: "dns-01" }) },
    expected: ["caa failed GT-CAA-FORBIDS"],
    says: /http-01/,
  },
  {
    what: "CAA allows one account",
    facts: { caa: caa("letsencrypt.org", { accounturi: "https://a/1" }) },
    expected: ["caa warning GT-CAA-ACCOUNT"],
  },
  {
    what: "CAA is there and the CA is a private one",
    facts: { caa: caa("sectigo.com") },
    config: {
      acme: { server: "https://ca.corp.test/dir", stagingServer: "https://ca.corp.test/dir" },
    },
    expected: ["caa unknown GT-CAA-CA-UNKNOWN"],
  },
  {
    what: "the CAA question fails",
    facts: {
      caa: [
        known({
          hostname: "www.example.com",
          foundAt: undefined,
          records: [],
          failedAt: { name: "www.example.com", status: "SERVFAIL" },
        }),
      ],
    },
    expected: ["caa failed GT-CAA-UNREADABLE"],
  },
  {
    what: "a record without an owner is in the way",
    facts: {
      records: known([{ hostname: "www.example.com", records: [record], owner: undefined }]),
    },
    expected: ["records failed GT-RECORD-FOREIGN"],
    says: /www\.example\.com A/,
  },
  {
    what: "a record of another ExternalDNS is in the way",
    facts: {
      records: known([{ hostname: "www.example.com", records: [record], owner: "default" }]),
    },
    expected: ["records failed GT-RECORD-FOREIGN"],
    says: /"default"/,
  },
  {
    what: "our own record is there",
    facts: {
      records: known([
        { hostname: "www.example.com", records: [record], owner: good.names.txtOwner },
      ]),
    },
    expected: [],
  },
  {
    what: "foreign CRDs of the same minor are used",
    facts: {
      crds: known({ ...noCrds, gatewayApi: { ...crds, versions: ["1.5.0"], names: allCrds } }),
    },
    expected: [],
  },
  {
    what: "foreign CRDs are of another minor",
    facts: {
      crds: known({ ...noCrds, gatewayApi: { ...crds, versions: ["1.2.0"], names: allCrds } }),
    },
    expected: ["gateway-api-crds failed GT-CRDS-FOREIGN"],
    says: /1\.2\.0.*of kubectl.*1\.5\.1/,
  },
  {
    what: "foreign CRDs are incomplete",
    facts: { crds: known({ ...noCrds, gatewayApi: crds }) },
    expected: ["gateway-api-crds failed GT-CRDS-FOREIGN"],
    says: /without backendtlspolicies/,
  },
  {
    what: "our CRDs are of the other set",
    facts: {
      crds: known({
        ...noCrds,
        gatewayApi: { ...crds, versions: ["1.1.0"], owner: { ours: true, name: "gateway-tls" } },
      }),
    },
    expected: ["gateway-api-crds failed GT-INSTALLATION-VERSIONS"],
  },
  {
    what: "a foreign cert-manager watches Gateways",
    facts: { certManagers: known([certManager]), releases: known([buildRelease()]) },
    expected: [],
  },
  {
    what: "a foreign cert-manager does not watch Gateways",
    facts: { certManagers: known([{ ...certManager, gatewayApi: "disabled" as const }]) },
    expected: ["cert-manager failed GT-CERT-MANAGER-GATEWAY-API"],
    hint: /enableGatewayAPI: true/,
  },
  {
    what: "a foreign cert-manager is the broken one",
    facts: { certManagers: known([{ ...certManager, version: "1.20.0" }]) },
    expected: ["cert-manager failed GT-CERT-MANAGER-OLD"],
  },
  {
    what: "two cert-managers run",
    facts: { certManagers: known([certManager, { ...certManager, namespace: "other" }]) },
    expected: ["cert-manager failed GT-CERT-MANAGER-TWICE"],
  },
  {
    what: "CRDs of a removed cert-manager stayed, of manifests",
    facts: {
      crds: known({ ...noCrds, certManager: { ...crds, owner: { ours: false, name: "kubectl" } } }),
    },
    expected: ["cert-manager-crds failed GT-CERT-MANAGER-CRDS"],
  },
  {
    what: "CRDs of a removed cert-manager stayed, of the same release",
    facts: { crds: known({ ...noCrds, certManager: { ...crds, owner: certManager.owner } }) },
    expected: [],
  },
  {
    what: "a foreign ExternalDNS runs beside",
    facts: {
      releases: known([
        buildRelease({ name: "dns", namespace: "platform", chart: "external-dns" }),
      ]),
    },
    expected: [],
  },
  {
    what: "a foreign ExternalDNS has our release's name",
    facts: {
      releases: known([
        buildRelease({ name: "external-dns", namespace: "platform", chart: "external-dns" }),
      ]),
    },
    expected: ["external-dns failed GT-EXTERNAL-DNS-TAKEN"],
    says: /platform\/external-dns/,
  },
  {
    what: "the EKS add-on external-dns is installed",
    facts: { addons: known([{ ...addon, name: "external-dns" }]) },
    expected: ["external-dns failed GT-EXTERNAL-DNS-TAKEN"],
  },
  {
    what: "a foreign NGINX Gateway Fabric runs",
    facts: { releases: known([buildRelease({ name: "ngf", chart: "nginx-gateway-fabric" })]) },
    expected: ["gateway-controller failed GT-GATEWAY-CONTROLLER-FOREIGN"],
  },
  {
    what: "another controller serves the class nginx",
    facts: {
      gatewayClasses: known([
        {
          name: "nginx",
          controller: "example.net/other",
          owner: foreign,
          accepted: undefined,
          supportedVersion: undefined,
        },
      ]),
    },
    expected: ["gateway-class failed GT-GATEWAY-CLASS-TAKEN"],
    says: /example\.net\/other/,
  },
  {
    what: "our release is stuck",
    facts: {
      releases: known([buildRelease({ status: "pending-upgrade", revision: 2, labels: ours })]),
    },
    expected: ["releases warning GT-RELEASE-STUCK-OURS"],
  },
  {
    what: "a foreign release is stuck",
    facts: {
      releases: known([buildRelease({ status: "pending-install" })]),
      certManagers: known([certManager]),
    },
    expected: ["releases failed GT-RELEASE-STUCK"],
    hint: /helm uninstall cert-manager --namespace cert-manager/,
  },
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
    hint: /--association-id a-1/,
  },
  {
    what: "the wished load balancer provider is absent",
    config: { loadBalancer: { ...lb, provider: "auto-mode" } },
    expected: ["load-balancer failed GT-LOAD-BALANCER-MISSING"],
  },
  {
    what: "the load balancer controller has no ready pod",
    facts: { loadBalancer: known({ controller: undefined, webhook: true }) },
    expected: ["load-balancer warning GT-LOAD-BALANCER-NOT-READY"],
  },
  {
    what: "in-tree is asked beside the controller",
    config: { loadBalancer: { ...lb, provider: "in-tree" } },
    expected: ["load-balancer warning GT-LOAD-BALANCER-CLAIMED"],
  },
  {
    what: "no load balancer controller: in-tree",
    facts: { loadBalancer: known({ controller: undefined, webhook: false }) },
    expected: [],
  },
  {
    what: "an internal load balancer and a public CA",
    config: { loadBalancer: { ...lb, scheme: "internal" } },
    expected: ["scheme failed GT-SCHEME-INTERNAL"],
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
    facts: { keptConfig: known({ ...kept, zoneId: "Z7" }) },
    expected: ["installation failed GT-INSTALLATION-OTHER"],
    says: /Z7, not Z1/,
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
          backend: { namespace: "sample-app", service: "coffee", port: 80 },
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
        { hostname: "www.example.com", route: "evil/www", owner: foreign, onOurGateway: true },
      ]),
    },
    expected: ["host-claims failed GT-HOST-CLAIMED"],
    hint: /kubectl delete httproute www --namespace evil/,
  },
  {
    what: "a route serves the host elsewhere",
    facts: {
      claims: known([
        { hostname: "www.example.com", route: "old/www", owner: foreign, onOurGateway: false },
      ]),
    },
    expected: ["host-claims warning GT-HOST-CLAIMED-ELSEWHERE"],
  },
];

describe("preflight", () => {
  test.each(cases)("$what", ({ facts, config, expected, says, hint }) => {
    const report = preflight(facts, config);
    expect(troubles(report)).toEqual(expected);
    const found = report.checks.find(({ code }) => code !== undefined);
    if (says !== undefined) expect(found?.message).toMatch(says);
    if (hint !== undefined) expect(found?.hint).toMatch(hint);
  });

  test("every failure and warning has a sentence and one action", () => {
    for (const { facts, config } of cases) {
      for (const check of preflight(facts, config).checks) {
        if (check.state !== "failed" && check.state !== "warning") continue;
        expect(check.message).toMatch(/^\S.*\.$/);
        expect(check.hint ?? "", check.id).not.toBe("");
      }
    }
  });

  test("each check's id is its own, and its title a sentence without a full stop", () => {
    const ids = preflightChecks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { title } of preflightChecks) expect(title).toMatch(/^\S.*[^.]$/);
  });

  test("several causes are all told, each once", () => {
    const report = preflight({
      tools: known({ kubectl: "1.34.1", helm: undefined }),
      zone: known({ ...good.zoneFact, zone: undefined, candidates: [good.zone, twin] }),
      services: known([]),
    });
    expect(troubles(report)).toEqual([
      "helm failed GT-HELM-MISSING",
      "zone failed GT-ZONE-TWINS",
      "backends failed GT-BACKEND-NOT-FOUND",
    ]);
    expect(resultOf(report, "delegation").state).toBe("not-checked");
    const error = firstFailure(report);
    expect(error?.code).toBe("GT-PREFLIGHT-FAILED");
    expect(error?.message).toContain("3 things");
  });

  test("a single failure is the error itself; none is none", () => {
    const report = preflight({ delegation: known({ ...good.delegation, delegated: [] }) });
    expect(firstFailure(report)?.code).toBe("GT-ZONE-NOT-DELEGATED");
    expect(firstFailure(preflight())).toBeUndefined();
  });

  test("without credentials nothing that needs AWS is a finding of its own", () => {
    const report = preflight({ caller: unread("GT-AWS-CREDENTIALS") });
    for (const id of ["cluster", "zone", "cluster-reachable", "access", "records", "identity"]) {
      expect(resultOf(report, id).state, id).toBe("not-checked");
    }
  });
});
