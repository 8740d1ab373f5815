import { kinds, type ResourceKind } from "../kinds.ts";
import type { Kubernetes, KubernetesObject, ListOptions } from "../ports/kubernetes.ts";
import { readCertManagers, type CertManagerFact } from "./cert-manager.ts";
import { readCrds, type CrdsFact } from "./crds.ts";
import { readFact, type Fact, valueOf } from "./fact.ts";
import { readGatewayClasses, type GatewayClassFact } from "./gateway-classes.ts";
import { readKeptConfig, type KeptConfig } from "./kept-config.ts";
import { readLoadBalancer, type LoadBalancerFact } from "./load-balancer.ts";
import * as objects from "./objects.ts";
import { parsePod, type Pod } from "./pods.ts";
import type { Survey } from "./survey.ts";
import { readTlsSecrets, type TlsSecret } from "./tls-secrets.ts";

/** What the cluster says of the chain. */
export interface StatusClusterFacts {
  keptConfig: Fact<KeptConfig | undefined>;
  crds: Fact<CrdsFact>;
  /** ExternalDNS, the gateway controller and its data planes, and cert-manager's three. */
  deployments: Fact<objects.Deployment[]>;
  /** Of the same. */
  pods: Fact<Pod[]>;
  serviceAccounts: Fact<KubernetesObject[]>;
  /** The last lines, oldest first. */
  externalDnsLog: Fact<string[]>;
  certManagerLog: Fact<string[]>;
  certManagers: Fact<CertManagerFact[]>;
  loadBalancer: Fact<LoadBalancerFact>;
  gatewayClasses: Fact<GatewayClassFact[]>;
  gateways: Fact<objects.Gateway[]>;
  routes: Fact<objects.HttpRoute[]>;
  endpointSlices: Fact<objects.EndpointSlice[]>;
  services: Fact<objects.Service[]>;
  issuers: Fact<objects.ClusterIssuer[]>;
  /** Those of the Gateways' own namespaces. */
  localIssuers: Fact<objects.ClusterIssuer[]>;
  certificates: Fact<objects.Certificate[]>;
  requests: Fact<objects.CertificateRequest[]>;
  orders: Fact<objects.Order[]>;
  challenges: Fact<objects.Challenge[]>;
  secrets: Fact<TlsSecret[]>;
  /** Warnings only. */
  events: Fact<objects.Event[]>;
}

/** These are label selectors, as the charts label what they install. */
export const EXTERNAL_DNS = "app.kubernetes.io/name=external-dns";
/** NGINX Gateway Fabric: the chart of 2.x and that of 1.x. */
export const CONTROLLER = "app.kubernetes.io/name in (nginx-gateway-fabric,nginx-gateway)";
/** Not its webhook and its cainjector: they issue nothing. */
export const CERT_MANAGER =
  "app.kubernetes.io/name=cert-manager,app.kubernetes.io/component=controller";
/** The same, with cert-manager's webhook and cainjector. */
export const PARTS =
  "app.kubernetes.io/name in (external-dns,nginx-gateway-fabric,nginx-gateway,cert-manager,webhook,cainjector)";
/** On all that a controller makes for a Gateway (GEP-1762). */
export const DATA_PLANE = "gateway.networking.k8s.io/gateway-name";
/** Of each pod: a round that fails tells every change before it tells why. */
const LOG_LINES = 100;

/** Reads all of it side by side; what cannot be read is unknown, and the rest is still there. */
export async function readStatusCluster(
  kubernetes: Kubernetes,
  survey: Survey,
): Promise<StatusClusterFacts> {
  const [running, gateway, issuance] = await Promise.all([
    readRunning(kubernetes, survey),
    readGatewaySide(kubernetes, survey),
    readIssuance(kubernetes, survey),
  ]);
  return { ...running, ...gateway, ...issuance };
}

async function readRunning(kubernetes: Kubernetes, { namespaces }: Survey) {
  const running = readBoth(kubernetes, kinds.Deployment, objects.parseDeployment);
  const lists = Promise.all([
    running,
    readBoth(kubernetes, kinds.Pod, parsePod),
    readAll(kubernetes, kinds.ServiceAccount, (object) => object, inPlace(namespaces.externalDns)),
  ]);
  const rest = Promise.all([
    readKeptConfig(kubernetes),
    readCrds(kubernetes),
    readCertManagers(kubernetes),
    readLoadBalancer(kubernetes),
    readLogs(kubernetes, { namespaces }, running),
  ]);
  const [deployments, pods, serviceAccounts] = await lists;
  const [keptConfig, crds, certManagers, loadBalancer, logs] = await rest;
  const parts = { deployments, pods, serviceAccounts, certManagers, loadBalancer };
  return { keptConfig, crds, ...parts, ...logs };
}

/** What ExternalDNS and cert-manager have printed of late. */
export async function readLogs(
  kubernetes: Kubernetes,
  { namespaces }: Pick<Survey, "namespaces">,
  running: Deployments | Promise<Deployments>,
): Promise<Pick<StatusClusterFacts, "externalDnsLog" | "certManagerLog">> {
  const [externalDnsLog, certManagerLog] = await Promise.all([
    readLog(kubernetes, running, { name: "external-dns", namespace: namespaces.externalDns }),
    readLog(kubernetes, running, { name: "cert-manager", namespace: namespaces.certManager }),
  ]);
  return { externalDnsLog, certManagerLog };
}

type Deployments = StatusClusterFacts["deployments"];

const inPlace = (namespace: string | undefined): ListOptions =>
  namespace === undefined ? {} : { namespace };

const SELECTORS = { "external-dns": EXTERNAL_DNS, "cert-manager": CERT_MANAGER } as const;

/** Where nobody said in which namespace a part runs, its Deployment tells. */
async function readLog(
  kubernetes: Kubernetes,
  running: Deployments | Promise<Deployments>,
  part: { name: keyof typeof SELECTORS; namespace: string | undefined },
): Promise<Fact<string[]>> {
  const namespace = part.namespace ?? findNamespace(await running, part.name) ?? part.name;
  const labelSelector = SELECTORS[part.name];
  return readFact(() => kubernetes.logs({ namespace, labelSelector, tailLines: LOG_LINES }));
}

const findNamespace = (all: Fact<objects.Deployment[]>, name: string): string | undefined =>
  valueOf(all)?.find(({ metadata }) => metadata.labels?.["app.kubernetes.io/name"] === name)
    ?.metadata.namespace;

/** The control planes by their charts' labels, and the data planes by their Gateway's. */
async function readBoth<T>(
  kubernetes: Kubernetes,
  kind: ResourceKind,
  parse: (object: KubernetesObject) => T,
): Promise<Fact<T[]>> {
  return readFact(async () => {
    const selectors = [PARTS, DATA_PLANE];
    const found = await Promise.all(
      selectors.map((labelSelector) => kubernetes.list(kind, { labelSelector })),
    );
    return found.flat().map(parse);
  });
}

async function readGatewaySide(kubernetes: Kubernetes, survey: Survey) {
  const [gatewayClasses, gateways, routes, endpointSlices, services, events] = await Promise.all([
    readGatewayClasses(kubernetes),
    readAll(kubernetes, kinds.Gateway, objects.parseGateway),
    readAll(kubernetes, kinds.HTTPRoute, objects.parseHttpRoute),
    readAll(kubernetes, kinds.EndpointSlice, objects.parseEndpointSlice),
    readAll(kubernetes, kinds.Service, objects.parseService, commonPlace(survey.serviceNamespaces)),
    readWarnings(kubernetes),
  ]);
  return { gatewayClasses, gateways, routes, endpointSlices, services, events };
}

/** The oldest first: the API server lists them by name. */
function readWarnings(kubernetes: Kubernetes): Promise<Fact<objects.Event[]>> {
  return readFact(async () => {
    const found = await kubernetes.list(kinds.Event, { fieldSelector: "type=Warning" });
    return found.map(objects.parseEvent).toSorted((a, b) => timeOf(a) - timeOf(b));
  });
}

const timeOf = ({ lastTimestamp, eventTime, metadata }: objects.Event): number =>
  Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? "") || 0;

async function readIssuance(kubernetes: Kubernetes, survey: Survey) {
  const at = commonPlace(survey.gateways.map(({ namespace }) => namespace));
  const [issuers, localIssuers, certificates, requests, ...rest] = await Promise.all([
    readAll(kubernetes, kinds.ClusterIssuer, objects.parseClusterIssuer),
    readAll(kubernetes, kinds.Issuer, objects.parseClusterIssuer, at),
    readAll(kubernetes, kinds.Certificate, objects.parseCertificate, at),
    readAll(kubernetes, kinds.CertificateRequest, objects.parseCertificateRequest, at),
    readAll(kubernetes, kinds.Order, objects.parseOrder, at),
    readAll(kubernetes, kinds.Challenge, objects.parseChallenge, at),
    readTlsSecrets(kubernetes, at),
  ]);
  const [orders, challenges, secrets] = rest;
  return { issuers, localIssuers, certificates, requests, orders, challenges, secrets };
}

/** One namespace when all are the same, else all of them. */
function commonPlace(namespaces: readonly string[]): ListOptions {
  const [only, other] = [...new Set(namespaces)];
  return only !== undefined && other === undefined ? { namespace: only } : {};
}

async function readAll<T>(
  kubernetes: Kubernetes,
  kind: ResourceKind,
  parse: (object: KubernetesObject) => T,
  options: ListOptions = {},
): Promise<Fact<T[]>> {
  return readFact(async () => (await kubernetes.list(kind, options)).map(parse));
}
