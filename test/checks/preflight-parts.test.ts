import { expect, test } from "vitest";
import { known } from "../../src/facts/fact.ts";
import { buildRelease, ours } from "./build-facts.ts";
import { type PreflightCase, runCase } from "./preflight-case.ts";

const foreign = { ours: false, name: "helm release platform/dns" };

const crds = {
  names: ["gateways.gateway.networking.k8s.io"],
  versions: ["1.5.1"],
  channel: "standard",
  owner: { ours: false, name: "kubectl" },
  notEstablished: [],
  notServed: [],
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

const certManager = {
  namespace: "cert-manager",
  name: "cert-manager",
  version: "1.20.2",
  gatewayApi: "enabled" as const,
  owner: { ours: false, name: "helm release cert-manager/cert-manager" },
  ready: true,
  stopped: false,
};

const noCrds = { gatewayApi: undefined, certManager: undefined, nginxGatewayFabric: undefined };
const addon = { name: "eks-pod-identity-agent", version: "v1", status: "ACTIVE", tags: {} };

const cases: PreflightCase[] = [
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
    what: "a foreign cert-manager is installed, but none runs",
    facts: { releases: known([buildRelease()]) },
    expected: ["cert-manager failed GT-CERT-MANAGER-GATEWAY-API"],
    says: /helm release cert-manager\/cert-manager/,
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
          generation: undefined,
          createdAt: undefined,
          changedAt: undefined,
          leaving: undefined,
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
    what: "our releases are newer than the set",
    facts: {
      releases: known([
        buildRelease({ chartVersion: "v1.22.0", labels: ours }),
        buildRelease({
          name: "external-dns",
          namespace: "external-dns",
          chart: "external-dns",
          chartVersion: "1.22.0",
          labels: ours,
        }),
      ]),
    },
    expected: ["chart-versions warning GT-CHART-NEWER"],
    says: /^external-dns\/external-dns \(1\.22\.0, not 1\.21\.1\) and cert-manager\/cert-manager \(v1\.22\.0, not v1\.21\.1\) are newer/,
  },
  {
    what: "our release failed on its way above the set",
    facts: {
      releases: known([
        buildRelease({ chartVersion: "v1.22.0", labels: ours, status: "failed", revision: 2 }),
      ]),
    },
    expected: ["chart-versions failed GT-CHART-NEWER"],
    says: /failed on its way to v1\.22\.0/,
    hint: /helm rollback cert-manager --namespace cert-manager/,
  },
  {
    what: "our release is older than the set",
    facts: { releases: known([buildRelease({ chartVersion: "v1.20.2", labels: ours })]) },
    expected: [],
  },
  {
    what: "our release came from an archive, which has no version to compare",
    config: { charts: { "cert-manager": { source: "./cert-manager-v1.22.0.tgz" } } },
    facts: { releases: known([buildRelease({ chartVersion: "v1.22.0", labels: ours })]) },
    expected: [],
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
];

test.each(cases)("$what", (one) => {
  const { expected, seen } = runCase(one);
  expect(seen).toEqual(expected);
});
