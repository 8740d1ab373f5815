import type { Config } from "../config/config.ts";
import { kinds, type ResourceKind } from "../kinds.ts";
import type { Names } from "../plan/names.ts";
import type { Kubernetes, KubernetesObject, ListOptions } from "../ports/kubernetes.ts";
import type { ServedCertificate } from "../ports/network.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import { readCertManagers, type CertManagerFact } from "./cert-manager.ts";
import { readCrds, type CrdsFact } from "./crds.ts";
import { readDelegation, type DelegationFact } from "./delegation.ts";
import { readFact, readAfter, known, type Fact } from "./fact.ts";
import { readGatewayClasses, type GatewayClassFact } from "./gateway-classes.ts";
import { readKeptConfig, type KeptConfig } from "./kept-config.ts";
import * as objects from "./objects.ts";
import {
  findNameServers,
  readZoneAnswers,
  type NameServer,
  type ZoneAnswers,
} from "./zone-answers.ts";

/** What one host looks like from outside. */
export interface HostSight {
  hostname: string;
  /** What the zone's own servers say. */
  answers: Fact<ZoneAnswers>;
  /** A TLS handshake by name at the first address; unknown when there is none to ask. */
  served: Fact<ServedCertificate | undefined>;
}

/** Everything that the chain of status looks at. */
export interface StatusFacts {
  /** On the world's clock, ISO 8601. */
  now: string;
  keptConfig: Fact<KeptConfig | undefined>;
  crds: Fact<CrdsFact>;
  externalDns: Fact<objects.Deployment | undefined>;
  /** The last lines, oldest first. */
  externalDnsLog: Fact<string[]>;
  gatewayController: Fact<objects.Deployment | undefined>;
  certManagers: Fact<CertManagerFact[]>;
  gatewayClasses: Fact<GatewayClassFact[]>;
  gateway: Fact<objects.Gateway | undefined>;
  routes: Fact<objects.HttpRoute[]>;
  endpointSlices: Fact<objects.EndpointSlice[]>;
  issuers: Fact<objects.ClusterIssuer[]>;
  certificates: Fact<objects.Certificate[]>;
  requests: Fact<objects.CertificateRequest[]>;
  orders: Fact<objects.Order[]>;
  challenges: Fact<objects.Challenge[]>;
  delegation: Fact<DelegationFact>;
  hosts: HostSight[];
}

export interface StatusQuestions {
  config: Config;
  names: Pick<Names, "gateway">;
  /** The zone that the installation writes to: the kept config names it. */
  zone: { id: string; name: string };
  dnsServer?: string;
}

type World = Pick<ConnectedWorld, "kubernetes" | "zones" | "resolver" | "probe" | "clock">;

const HANDSHAKE_TIMEOUT_MS = 5000;

/** Reads all of it side by side; what cannot be read is unknown, and the rest is still there. */
export async function readStatusFacts(
  world: World,
  questions: StatusQuestions,
): Promise<StatusFacts> {
  const [running, gateway, issuance, outside] = await Promise.all([
    readRunning(world.kubernetes, questions),
    readGatewaySide(world.kubernetes, questions),
    readIssuance(world.kubernetes, questions),
    readOutside(world, questions),
  ]);
  const now = world.clock.now().toISOString();
  return { now, ...running, ...gateway, ...issuance, ...outside };
}

async function readRunning(kubernetes: Kubernetes, { config }: StatusQuestions) {
  const { externalDns: dnsAt, gatewayController: controllerAt } = config.namespaces;
  const [keptConfig, crds, externalDns, externalDnsLog, gatewayController, certManagers] =
    await Promise.all([
      readKeptConfig(kubernetes),
      readCrds(kubernetes),
      readDeployment(kubernetes, dnsAt, "external-dns"),
      readFact(() =>
        kubernetes.logs({
          namespace: dnsAt,
          labelSelector: "app.kubernetes.io/name=external-dns",
          tailLines: 20,
        }),
      ),
      readDeployment(kubernetes, controllerAt, "nginx-gateway-fabric"),
      readCertManagers(kubernetes),
    ]);
  return { keptConfig, crds, externalDns, externalDnsLog, gatewayController, certManagers };
}

/** The Deployment of one of our releases, which are named after their charts. */
async function readDeployment(
  kubernetes: Kubernetes,
  namespace: string,
  release: string,
): Promise<Fact<objects.Deployment | undefined>> {
  const labelSelector = `app.kubernetes.io/instance=${release}`;
  const found = await readAll(kubernetes, kinds.Deployment, objects.parseDeployment, {
    namespace,
    labelSelector,
  });
  return found.known ? known(found.value[0]) : found;
}

async function readGatewaySide(kubernetes: Kubernetes, { config, names }: StatusQuestions) {
  const [gatewayClasses, gateway, routes, slices] = await Promise.all([
    readGatewayClasses(kubernetes),
    readFact(async () => {
      const ref = {
        kind: kinds.Gateway,
        namespace: config.namespaces.gateway,
        name: names.gateway,
      };
      const object = await kubernetes.get(ref);
      return object === undefined ? undefined : objects.parseGateway(object);
    }),
    readAll(kubernetes, kinds.HTTPRoute, objects.parseHttpRoute),
    readAll(kubernetes, kinds.EndpointSlice, objects.parseEndpointSlice),
  ]);
  return { gatewayClasses, gateway, routes, endpointSlices: slices };
}

async function readIssuance(kubernetes: Kubernetes, { config }: StatusQuestions) {
  const at = { namespace: config.namespaces.gateway };
  const [issuers, certificates, requests, orders, challenges] = await Promise.all([
    readAll(kubernetes, kinds.ClusterIssuer, objects.parseClusterIssuer),
    readAll(kubernetes, kinds.Certificate, objects.parseCertificate, at),
    readAll(kubernetes, kinds.CertificateRequest, objects.parseCertificateRequest, at),
    readAll(kubernetes, kinds.Order, objects.parseOrder, at),
    readAll(kubernetes, kinds.Challenge, objects.parseChallenge, at),
  ]);
  return { issuers, certificates, requests, orders, challenges };
}

async function readAll<T>(
  kubernetes: Kubernetes,
  kind: ResourceKind,
  parse: (object: KubernetesObject) => T,
  options: ListOptions = {},
): Promise<Fact<T[]>> {
  return readFact(async () => (await kubernetes.list(kind, options)).map(parse));
}

async function readOutside(world: World, { config, zone, dnsServer }: StatusQuestions) {
  const [delegation, servers] = await Promise.all([
    readAfter(await readFact(() => world.zones.nameServers(zone.id)), (nameServers) =>
      readDelegation(
        world.resolver,
        { name: zone.name, nameServers },
        { viaRecursive: dnsServer !== undefined },
      ),
    ),
    readFact(() => findNameServers(world, zone.id)),
  ]);
  const hosts = await Promise.all(
    config.hosts.map(({ hostname }) => lookAtHost(world, servers, hostname)),
  );
  return { delegation, hosts };
}

async function lookAtHost(
  { resolver, probe }: World,
  servers: Fact<NameServer[]>,
  hostname: string,
): Promise<HostSight> {
  const answers = await readAfter(servers, (all) =>
    readFact(() => readZoneAnswers(resolver, all, hostname)),
  );
  const address = answers.known ? answers.value.addresses[0] : undefined;
  const served =
    address === undefined
      ? known(undefined)
      : await readFact(() =>
          probe.handshake({ hostname, address, timeoutMs: HANDSHAKE_TIMEOUT_MS }),
        );
  return { hostname, answers, served };
}
