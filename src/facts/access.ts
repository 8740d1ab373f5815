import type { Config } from "../config/config.ts";
import { kinds, type KindName } from "../kinds.ts";
import type { AccessRequest, Kubernetes } from "../ports/kubernetes.ts";
import { readFact, type Fact } from "./fact.ts";

/** What init may and may not do in the cluster, as the API server says. */
export interface AccessFact {
  asked: AccessRequest[];
  /** Of `asked`; empty when all of it is allowed. */
  denied: AccessRequest[];
}

const READ = ["get", "list", "watch"];
const WRITE = ["create", "patch"];

/** What init reads and writes anywhere in the cluster, by kind. */
const CLUSTER_WIDE: readonly [KindName, readonly string[]][] = [
  ["Namespace", [...READ, ...WRITE]],
  ["CustomResourceDefinition", [...READ, ...WRITE]],
  ["MutatingWebhookConfiguration", READ],
  ["GatewayClass", [...READ, "create"]],
  ["ClusterIssuer", [...READ, ...WRITE]],
  // Whose they are, and which of them claim our hosts.
  ["Gateway", ["list"]],
  ["HTTPRoute", READ],
  ["GRPCRoute", ["list"]],
  ["Service", READ],
  ["Deployment", READ],
  // helm keeps its releases in Secrets, and finding foreign ones means listing all.
  ["Secret", READ],
];

/** In the Gateway API bundle since 1.5.0. */
const IN_BUNDLE: readonly [KindName, readonly string[]][] = [
  ["ValidatingAdmissionPolicy", WRITE],
  ["ValidatingAdmissionPolicyBinding", WRITE],
];

/** What the charts bring besides, that helm creates in our name. */
const BY_CHARTS: readonly [group: string, resource: string][] = [
  ["rbac.authorization.k8s.io", "clusterroles"],
  ["rbac.authorization.k8s.io", "clusterrolebindings"],
  ["admissionregistration.k8s.io", "validatingwebhookconfigurations"],
  ["admissionregistration.k8s.io", "mutatingwebhookconfigurations"],
];

type Needs = readonly [KindName, readonly string[]][];

const IN_NAMESPACE: readonly [keyof Config["namespaces"], Needs][] = [
  [
    "gateway",
    [
      ["Gateway", [...READ, ...WRITE]],
      ["HTTPRoute", [...READ, ...WRITE, "delete"]],
      ["Certificate", [...READ, "delete"]],
      ["CertificateRequest", READ],
      ["Order", READ],
      ["Challenge", READ],
      ["Event", READ],
    ],
  ],
  [
    "externalDns",
    [
      ["ServiceAccount", ["get", ...WRITE]],
      ["Deployment", WRITE],
      ["Secret", ["create", "update"]],
      ["Pod", ["list"]],
    ],
  ],
  [
    "gatewayController",
    [
      ["Deployment", ["create"]],
      ["Secret", ["create", "update"]],
    ],
  ],
  [
    "certManager",
    [
      ["Deployment", WRITE],
      ["Secret", ["create", "update"]],
    ],
  ],
];

/** Kinds of the namespace `gateway-tls`: the kept config and the Lease. */
const IN_OWN: readonly [KindName, readonly string[]][] = [
  ["ConfigMap", ["get", ...WRITE]],
  ["Lease", ["get", "create", "update"]],
];
const OWN_NAMESPACE = "gateway-tls";

/** Every access that init needs with this config: a pure list. */
export function listNeededAccess(config: Config): AccessRequest[] {
  const { namespaces } = config;
  const sampleApp: readonly [KindName, readonly string[]][] = config.sampleApp
    ? [
        ["Deployment", WRITE],
        ["Service", WRITE],
      ]
    : [];
  const backends = new Set(config.hosts.map(({ backend }) => backend.namespace));
  const requests = [
    ...CLUSTER_WIDE.flatMap(([kind, verbs]) => request(kind, verbs)),
    ...(config.versions === "current" ? IN_BUNDLE : []).flatMap(([kind, verbs]) =>
      request(kind, verbs),
    ),
    ...BY_CHARTS.map(([group, resource]) => ({ verb: "create", group, resource })),
    ...IN_NAMESPACE.flatMap(([key, needs]) =>
      needs.flatMap(([kind, verbs]) => request(kind, verbs, namespaces[key])),
    ),
    { verb: "get", group: "", resource: "pods/log", namespace: namespaces.externalDns },
    ...IN_OWN.flatMap(([kind, verbs]) => request(kind, verbs, OWN_NAMESPACE)),
    ...sampleApp.flatMap(([kind, verbs]) => request(kind, verbs, namespaces.sampleApp)),
    ...[...backends].flatMap((namespace) =>
      request("HTTPRoute", [...READ, ...WRITE, "delete"], namespace),
    ),
    ...[...backends].flatMap((namespace) => request("EndpointSlice", ["list"], namespace)),
  ];
  return [...new Map(requests.map((one) => [JSON.stringify(one), one])).values()];
}

/** Asks the API server, by SelfSubjectAccessReviews, for all of them. */
export async function readAccess(
  kubernetes: Kubernetes,
  config: Config,
): Promise<Fact<AccessFact>> {
  return readFact(async () => {
    const asked = listNeededAccess(config);
    const allowed = await kubernetes.review(asked);
    return { asked, denied: asked.filter((_, index) => allowed[index] !== true) };
  });
}

function request(name: KindName, verbs: readonly string[], namespace?: string): AccessRequest[] {
  const { apiVersion, plural } = kinds[name];
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  return verbs.map((verb) => ({
    verb,
    group,
    resource: plural,
    ...(namespace === undefined ? {} : { namespace }),
  }));
}
