import { kinds, type ResourceKind } from "../kinds.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import { readFact } from "./fact.ts";
import { CERT_MANAGER, CONTROLLER, EXTERNAL_DNS } from "./status-cluster.ts";
import type { Survey } from "./survey.ts";

/** What a support bundle is made of, unredacted: never shown as it is. */
export interface SupportFacts {
  versions: Record<string, string>;
  /** By plural, sorted. */
  objects: Record<string, KubernetesObject[]>;
  /** Lines by part. */
  logs: Record<string, string[]>;
  /** What could not be read, and why. */
  unread: string[];
}

const LOG_LINES = 2000;

/** In the namespaces of the parts themselves. */
const IN_PARTS: readonly ResourceKind[] = [
  kinds.ConfigMap,
  kinds.Deployment,
  kinds.Event,
  kinds.Pod,
  kinds.Secret,
  kinds.Service,
  kinds.ServiceAccount,
];
/** Where the Gateways are. */
const IN_GATEWAYS: readonly ResourceKind[] = [
  kinds.Gateway,
  kinds.Certificate,
  kinds.CertificateRequest,
  kinds.Order,
  kinds.Challenge,
  kinds.HTTPRoute,
];
/** Of others only what belongs to the way of a request. */
const IN_BACKENDS: readonly ResourceKind[] = [
  kinds.HTTPRoute,
  kinds.EndpointSlice,
  kinds.Service,
  kinds.Event,
];
const CLUSTER_WIDE: readonly ResourceKind[] = [
  kinds.ClusterIssuer,
  kinds.GatewayClass,
  kinds.CustomResourceDefinition,
];

/** Reads everything for a support bundle; what cannot be read is told in it. */
export async function readSupportFacts(
  world: Pick<ConnectedWorld, "kubernetes" | "tools">,
  survey: Survey,
): Promise<SupportFacts> {
  const unread: string[] = [];
  const [objects, logs, versions] = await Promise.all([
    readObjects(world, survey, unread),
    readLogs(world, survey, unread),
    readVersions(world, unread),
  ]);
  return { versions, objects, logs, unread: unread.sort() };
}

type Request = [kind: ResourceKind, namespace: string | undefined];

function listRequests({ namespaces, gateways, targets }: Survey): Request[] {
  const { externalDns, gatewayController, certManager } = namespaces;
  const parts = [externalDns, gatewayController, certManager, "gateway-tls"];
  const at = (all: readonly (string | undefined)[], some: readonly ResourceKind[]): Request[] =>
    all.flatMap((namespace) =>
      namespace === undefined ? [] : some.map((kind): Request => [kind, namespace]),
    );
  const gatewayAt = gateways.map(({ namespace }) => namespace);
  const backends = targets.flatMap((target) => target.backends.map(({ namespace }) => namespace));
  const all = [
    ...CLUSTER_WIDE.map((kind): Request => [kind, undefined]),
    ...at([...parts, ...gatewayAt], IN_PARTS),
    ...at(gatewayAt, IN_GATEWAYS),
    ...at(backends, IN_BACKENDS),
  ];
  return [...new Map(all.map((one) => [`${one[0].plural} ${one[1] ?? ""}`, one])).values()];
}

async function readObjects(
  { kubernetes }: Pick<ConnectedWorld, "kubernetes">,
  survey: Survey,
  unread: string[],
): Promise<SupportFacts["objects"]> {
  const objects: SupportFacts["objects"] = {};
  await Promise.all(
    listRequests(survey).map(async ([kind, namespace]) => {
      const options = namespace === undefined ? {} : { namespace };
      const found = await readFact(() => kubernetes.list(kind, options));
      if (!found.known) unread.push(`${kind.plural} ${namespace ?? ""}: ${found.reason}`);
      else
        (objects[kind.plural] ??= []).push(...found.value.filter(isOfTheChain).map(withoutSchema));
    }),
  );
  return objects;
}

const CHAIN = /\.(gateway\.networking\.k8s\.io|gateway\.nginx\.org|(acme\.)?cert-manager\.io)$/;

const isOfTheChain = ({ kind, metadata }: KubernetesObject): boolean =>
  kind !== "CustomResourceDefinition" || CHAIN.test(metadata.name);

/** A CRD's schemas are megabytes, and the same everywhere. */
function withoutSchema(object: KubernetesObject): KubernetesObject {
  if (object.kind !== "CustomResourceDefinition") return object;
  const { apiVersion, kind, metadata, status } = object;
  return { apiVersion, kind, metadata, status };
}

async function readLogs(
  { kubernetes }: Pick<ConnectedWorld, "kubernetes">,
  { namespaces }: Survey,
  unread: string[],
): Promise<SupportFacts["logs"]> {
  const parts = [
    ["external-dns", namespaces.externalDns ?? "external-dns", EXTERNAL_DNS],
    ["nginx-gateway-fabric", namespaces.gatewayController ?? "nginx-gateway", CONTROLLER],
    ["cert-manager", namespaces.certManager ?? "cert-manager", CERT_MANAGER],
  ] as const;
  const logs: SupportFacts["logs"] = {};
  await Promise.all(
    parts.map(async ([part, namespace, labelSelector]) => {
      const query = { namespace, labelSelector, tailLines: LOG_LINES };
      const lines = await readFact(() => kubernetes.logs(query));
      if (lines.known) logs[part] = lines.value;
      else unread.push(`log of ${part}: ${lines.reason}`);
    }),
  );
  return logs;
}

async function readVersions(
  { kubernetes, tools }: Pick<ConnectedWorld, "kubernetes" | "tools">,
  unread: string[],
): Promise<SupportFacts["versions"]> {
  const [server, found] = await Promise.all([
    readFact(() => kubernetes.version()),
    readFact(() => tools.versions()),
  ]);
  if (!server.known) unread.push(`version of the API server: ${server.reason}`);
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    kubernetes: server.known ? server.value : "unknown",
    kubectl: (found.known ? found.value.kubectl : undefined) ?? "not found",
    helm: (found.known ? found.value.helm : undefined) ?? "not found",
  };
}
