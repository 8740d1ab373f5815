import * as v from "valibot";
import type { Config } from "../config/config.ts";
import type { PartialConfig, PartialHost } from "../config/partial-config.ts";
import { kinds } from "../kinds.ts";
import type { Release } from "../ports/charts.ts";
import type { Kubernetes, KubernetesObject } from "../ports/kubernetes.ts";
import type { ClusterConnection } from "../ports/world.ts";
import { type HttpRoute, parseGateway, parseHttpRoute } from "./objects.ts";
import { ROLE_ANNOTATION } from "../plan/identity.ts";
import { MANAGED_BY } from "../plan/manifest.ts";
import { isOurs } from "./ownership.ts";
import { list, part, text } from "./schema.ts";

const GATEWAY = "gateway-tls";
const OURS = { labelSelector: `${MANAGED_BY}=gateway-tls` };
const PREFIX = "gateway-tls-";
const SCHEME = "service.beta.kubernetes.io/aws-load-balancer-scheme";

const acmeSchema = v.object({
  spec: part({
    acme: part({
      server: text,
      email: text,
      solvers: list(v.object({ selector: part({ dnsZones: list(v.string()) }) })),
    }),
  }),
});

/**
 * The config as far as what is in the cluster tells it, for when the kept one is missing;
 * `undefined` when nothing of ours is there. What no object shows is left open.
 */
export async function rebuildConfig({
  kubernetes,
  charts,
}: Pick<ClusterConnection, "kubernetes" | "charts">): Promise<PartialConfig | undefined> {
  const [gateways, routes, issuers, releases, namespaces] = await Promise.all([
    kubernetes.list(kinds.Gateway, OURS),
    kubernetes.list(kinds.HTTPRoute, OURS),
    kubernetes.list(kinds.ClusterIssuer, OURS),
    charts.list(),
    kubernetes.list(kinds.Namespace, OURS),
  ]);
  const own = releases.filter(({ labels }) => isOurs(labels));
  const gateway = gateways.find(({ metadata }) => metadata.name === GATEWAY);
  const found = [...gateways, ...routes, ...issuers, ...namespaces];
  if (found.length + own.length === 0) return undefined;
  const acme = describeAcme(issuers);
  const zone = findZone(own) ?? acme.zone;
  const hosts = findHosts(gateway, routes.map(parseHttpRoute));
  return {
    ...(zone === undefined ? {} : { domain: zone }),
    ...(acme.email === undefined ? {} : { email: acme.email }),
    ...findZoneId(own),
    identity: await findIdentity(kubernetes, own),
    issuer: issuerOf(gateway) === `${PREFIX}staging` ? "staging" : "production",
    versions: own.some(isOfOldSet) ? "2025" : "current",
    namespaces: findNamespaces(gateway, own),
    ...(hosts.length === 0 ? {} : { hosts }),
    sampleApp: hosts.some(({ backend }) => backend?.namespace === "gateway-tls-sample"),
    loadBalancer: describeBalancer(gateway),
    redirect:
      hosts.length === 0 || routes.some(({ metadata }) => metadata.name.endsWith("-redirect")),
    ...(acme.servers === undefined ? {} : { acme: acme.servers }),
  };
}

function describeAcme(issuers: readonly KubernetesObject[]) {
  const read = (name: string) => {
    const issuer = issuers.find(({ metadata }) => metadata.name === `${PREFIX}${name}`);
    return issuer === undefined ? undefined : v.parse(acmeSchema, issuer).spec.acme;
  };
  const [production, staging] = [read("production"), read("staging")];
  const any = production ?? staging;
  const servers: Partial<Config["acme"]> = {
    ...(production === undefined ? {} : { server: production.server }),
    ...(staging === undefined ? {} : { stagingServer: staging.server }),
  };
  return {
    email: any?.email,
    zone: any?.solvers[0]?.selector.dnsZones[0],
    servers: any === undefined ? undefined : servers,
  };
}

function findHosts(
  gateway: KubernetesObject | undefined,
  routes: readonly HttpRoute[],
): PartialHost[] {
  const listeners = gateway === undefined ? [] : parseGateway(gateway).spec.listeners;
  const names = new Set([
    ...listeners.flatMap(({ hostname }) => hostname ?? []),
    ...routes.flatMap(({ spec }) => spec.hostnames),
  ]);
  return [...names].flatMap((hostname) => {
    const route = routes.find(
      ({ spec }) => spec.hostnames.includes(hostname) && spec.rules.some(hasBackend),
    );
    return route === undefined ? [] : [describeHost(hostname, route)];
  });
}

const hasBackend = ({ backendRefs }: HttpRoute["spec"]["rules"][number]): boolean =>
  backendRefs.length > 0;

function describeHost(hostname: string, { metadata, spec }: HttpRoute): PartialHost {
  const rule = spec.rules.find(hasBackend);
  const [backend] = rule?.backendRefs ?? [];
  const path = rule?.matches[0]?.path.value ?? "/";
  return {
    hostname,
    path,
    backend: {
      namespace: metadata.namespace ?? "default",
      service: backend?.name ?? "",
      port: backend?.port ?? 80,
    },
  };
}

function findNamespaces(
  gateway: KubernetesObject | undefined,
  releases: readonly Release[],
): Partial<Config["namespaces"]> {
  const of = (chart: string) => releases.find((release) => release.chart === chart)?.namespace;
  const parts = {
    gateway: gateway?.metadata.namespace,
    externalDns: of("external-dns"),
    gatewayController: of("nginx-gateway-fabric"),
    certManager: of("cert-manager"),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, name]) => name !== undefined));
}

function describeBalancer(
  gateway: KubernetesObject | undefined,
): Pick<Config["loadBalancer"], "scheme"> {
  const annotations = JSON.stringify(gateway?.["spec"] ?? {});
  const isInternal = annotations.includes(`"${SCHEME}":"internal"`);
  return { scheme: isInternal ? "internal" : "internet-facing" };
}

/** IRSA leaves its annotation on the ServiceAccount. */
async function findIdentity(
  kubernetes: Kubernetes,
  releases: readonly Release[],
): Promise<Config["identity"]> {
  const release = releases.find(({ chart }) => chart === "external-dns");
  if (release === undefined) return "auto";
  const { namespace } = release;
  const account = await kubernetes.get({
    kind: kinds.ServiceAccount,
    namespace,
    name: "external-dns",
  });
  if (account === undefined) return "auto";
  const { annotations = {} } = account.metadata;
  return annotations[ROLE_ANNOTATION] === undefined ? "pod-identity" : "irsa";
}

function findZone(releases: readonly Release[]): string | undefined {
  const filters = externalDnsValues(releases)?.["domainFilters"];
  const [zone] = Array.isArray(filters) ? filters : [];
  return typeof zone === "string" ? zone : undefined;
}

function findZoneId(releases: readonly Release[]): Pick<PartialConfig, "zoneId"> {
  const given = externalDnsValues(releases)?.["extraArgs"];
  const texts = Array.isArray(given) ? given.filter((one) => typeof one === "string") : [];
  const flag = "--zone-id-filter=";
  const found = texts.find((one) => one.startsWith(flag))?.slice(flag.length);
  return found === undefined ? {} : { zoneId: found };
}

const externalDnsValues = (releases: readonly Release[]) =>
  releases.find(({ chart }) => chart === "external-dns")?.values;

const issuerOf = (gateway: KubernetesObject | undefined): string | undefined =>
  gateway?.metadata.annotations?.["cert-manager.io/cluster-issuer"];

/** NGINX Gateway Fabric 1.x is of the older set. */
const isOfOldSet = ({ chart, chartVersion }: Release): boolean =>
  chart === "nginx-gateway-fabric" && chartVersion.startsWith("1.");
