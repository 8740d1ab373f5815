import { kinds, type ResourceKind } from "../kinds.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import { readFact } from "./fact.ts";
import { findPartNamespaces, isOfParts, type PartNamespaces } from "./part-namespaces.ts";
import { CERT_MANAGER, CONTROLLER, EXTERNAL_DNS } from "./status-cluster.ts";
import type { StatusFacts } from "./status-facts.ts";
import type { Survey } from "./survey.ts";

/** What a support bundle is made of, unredacted: never shown as it is. */
export interface SupportFacts {
  versions: Record<string, string>;
  /** By plural. `foreign`: of neither the parts nor us, and only there beside them. */
  objects: Record<string, { object: KubernetesObject; foreign: boolean }[]>;
  /** Lines by part. */
  logs: Record<string, string[]>;
  /** What could not be read, and why. */
  unread: string[];
}

/** Of each pod. */
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
  kinds.Issuer,
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

type SupportWorld = Pick<ConnectedWorld, "kubernetes" | "tools">;

/** Reads everything for a support bundle; what cannot be read is told in it. */
export async function readSupportFacts(
  world: SupportWorld,
  { survey, facts }: { survey: Survey; facts: Pick<StatusFacts, "deployments"> },
): Promise<SupportFacts> {
  const unread: string[] = [];
  const namespaces = findPartNamespaces(survey, facts.deployments);
  const [objects, logs, versions] = await Promise.all([
    readObjects(world, { survey, namespaces }, unread),
    readLogs(world, namespaces, unread),
    readVersions(world, unread),
  ]);
  return { versions, objects, logs, unread: unread.sort() };
}

interface Places {
  survey: Survey;
  namespaces: PartNamespaces;
}

type Request = [kind: ResourceKind, namespace: string | undefined];

function listRequests({ survey: { gateways, targets }, namespaces }: Places): Request[] {
  const parts = [...Object.values(namespaces).flat(), "gateway-tls"];
  const at = (all: readonly string[], some: readonly ResourceKind[]): Request[] =>
    all.flatMap((namespace) => some.map((kind): Request => [kind, namespace]));
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
  { kubernetes }: SupportWorld,
  places: Places,
  unread: string[],
): Promise<SupportFacts["objects"]> {
  const objects: SupportFacts["objects"] = {};
  await Promise.all(
    listRequests(places).map(async ([kind, namespace]) => {
      const options = namespace === undefined ? {} : { namespace };
      const found = await readFact(() => kubernetes.list(kind, options));
      if (!found.known) {
        unread.push(`${kind.plural} ${namespace ?? ""}: ${found.reason}`);
        return;
      }
      const kept = found.value.filter(isOfTheChain).map((object) => ({
        object: withoutSchema(object),
        foreign: !isOfParts(object, places.namespaces),
      }));
      (objects[kind.plural] ??= []).push(...kept);
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
  { kubernetes }: SupportWorld,
  { externalDns, gatewayController, certManager }: PartNamespaces,
  unread: string[],
): Promise<SupportFacts["logs"]> {
  const parts = [
    { part: "external-dns", at: externalDns, labelSelector: EXTERNAL_DNS },
    { part: "nginx-gateway-fabric", at: gatewayController, labelSelector: CONTROLLER },
    { part: "cert-manager", at: certManager, labelSelector: CERT_MANAGER },
  ];
  const logs: SupportFacts["logs"] = {};
  await Promise.all(
    parts.map(async ({ part, at, labelSelector }) => {
      if (at.length === 0) unread.push(`log of ${part}: it was not found in the cluster`);
      for (const namespace of at) {
        const query = { namespace, labelSelector, tailLines: LOG_LINES };
        const lines = await readFact(() => kubernetes.logs(query));
        if (!lines.known) unread.push(`log of ${part} in ${namespace}: ${lines.reason}`);
        else logs[part] = [...(logs[part] ?? []), ...headed(lines.value, namespace, at)];
      }
    }),
  );
  return logs;
}

/** Where a part runs more than once, each log has a heading. */
const headed = (lines: string[], namespace: string, all: readonly string[]): string[] =>
  all.length === 1 ? lines : [`==> namespace ${namespace}`, ...lines];

async function readVersions(
  { kubernetes, tools }: SupportWorld,
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
