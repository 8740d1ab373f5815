import type { PodIdentityAssociation } from "../ports/aws.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import { known, readFact, valueOf, type Fact } from "./fact.ts";
import { findCommonDomain, findTargets, type Place, type Survey } from "./survey.ts";
import { readLogs, readStatusCluster, type StatusClusterFacts } from "./status-cluster.ts";
import { readOutside, type OutsideFacts } from "./status-outside.ts";

export type { HostSight } from "./status-outside.ts";

/** Everything that the chain of status looks at. */
export interface StatusFacts extends StatusClusterFacts, OutsideFacts {
  /** On the world's clock, ISO 8601. */
  now: string;
  /** Of ExternalDNS's ServiceAccount; empty where there is no EKS cluster to ask about. */
  associations: Fact<PodIdentityAssociation[]>;
}

/** What of the world is read for a status: all of it only reads. */
export type StatusWorld = Pick<
  ConnectedWorld,
  "kubernetes" | "zones" | "resolver" | "probe" | "clock" | "identity"
>;

/** What narrows a reading. */
export interface ReadOptions {
  /** As `--dns-server` has it: no server of a zone can be asked then. */
  dnsServer?: string;
  /** Of an earlier reading, where nothing has changed in the cluster since: it is not read again. */
  unchanged?: StatusFacts;
  /** Chooses among the hosts that were found; the network is asked about those only. */
  narrow?: (survey: Survey, cluster: StatusClusterFacts) => Survey;
}

/**
 * Reads all of it side by side; what cannot be read is unknown, and the rest is still there. The
 * survey comes back with the hosts that were found, where it named Gateways only.
 */
export async function readStatusFacts(
  world: StatusWorld,
  asked: Survey,
  options: ReadOptions = {},
): Promise<{ survey: Survey; facts: StatusFacts }> {
  const [cluster, associations] = await readInside(world, asked, options.unchanged);
  const whole = asked.kept ? asked : completeSurvey(asked, cluster);
  const survey = options.narrow?.(whole, cluster) ?? whole;
  const outside = await readOutside(world, {
    survey,
    gateways: gatewaysOf(cluster, survey.gateways),
    viaRecursive: options.dnsServer !== undefined,
  });
  const now = world.clock.now().toISOString();
  return { survey, facts: { now, ...cluster, associations, ...outside } };
}

/** Logs cannot be watched: they are read each time. */
async function readInside(
  world: StatusWorld,
  asked: Survey,
  unchanged: StatusFacts | undefined,
): Promise<[StatusClusterFacts, StatusFacts["associations"]]> {
  if (unchanged !== undefined) {
    const { associations, ...cluster } = insideOf(unchanged);
    const isWhole = Object.values(cluster).every(({ known }) => known);
    if (isWhole && !areCrdsComing(cluster)) {
      const logs = await readLogs(world.kubernetes, asked, cluster.deployments);
      return [{ ...cluster, ...logs }, associations];
    }
  }
  return Promise.all([readStatusCluster(world.kubernetes, asked), readAssociations(world, asked)]);
}

/** All CRDs are megabytes: nobody watches them. */
function areCrdsComing({ crds }: StatusClusterFacts): boolean {
  const groups = Object.values(valueOf(crds) ?? {});
  return groups.some((group) => (group?.notEstablished.length ?? 0) > 0);
}

/** Without what is asked of DNS, and of the hosts. */
function insideOf(facts: StatusFacts): StatusClusterFacts & Pick<StatusFacts, "associations"> {
  const { now, zones, balancers, balancerGaps, hosts, ...inside } = facts;
  return inside;
}

function gatewaysOf({ gateways }: Pick<StatusClusterFacts, "gateways">, places: readonly Place[]) {
  if (!gateways.known) return [];
  return gateways.value.filter(({ metadata }) =>
    places.some(
      ({ namespace, name }) => metadata.namespace === namespace && metadata.name === name,
    ),
  );
}

/** What a Gateway made by hand says: its hosts, its class and the domain of its hosts. */
function completeSurvey(asked: Survey, cluster: StatusClusterFacts): Survey {
  const gateways = gatewaysOf(cluster, asked.gateways);
  const routes = cluster.routes.known ? cluster.routes.value : [];
  const targets = findTargets(gateways, routes);
  return {
    ...asked,
    gatewayClass: gateways[0]?.spec.gatewayClassName ?? asked.gatewayClass,
    zone: { id: asked.zone.id, name: findCommonDomain(targets.map(({ hostname }) => hostname)) },
    targets,
  };
}

async function readAssociations(
  { identity }: StatusWorld,
  { expected, namespaces }: Survey,
): Promise<Fact<PodIdentityAssociation[]>> {
  const { cluster, serviceAccount } = expected;
  if (cluster === undefined || serviceAccount === undefined) return known([]);
  const namespace = namespaces.externalDns ?? "external-dns";
  return readFact(() => identity.listAssociations(cluster, { namespace, serviceAccount }));
}
