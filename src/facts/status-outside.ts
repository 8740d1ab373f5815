import type { HostedZone } from "../ports/aws.ts";
import type { HttpAnswer, Resolver, ServedCertificate } from "../ports/network.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import { findShownAddresses, findStrays, readBalancers, type BalancerFacts } from "./balancers.ts";
import { readCaa, type CaaFact } from "./caa.ts";
import { known, readAfter, readFact, type Fact } from "./fact.ts";
import { limitNetwork } from "./limited.ts";
import type { Gateway } from "./objects.ts";
import { readRecordOwner } from "./record-owner.ts";
import type { Survey } from "./survey.ts";
import { createZoneReader, type ZoneSight } from "./zone-sight.ts";
import { readZoneAnswers, type ZoneAnswers } from "./zone-answers.ts";

/** What one host looks like from outside. */
export interface HostSight extends Pick<ZoneSight, "zone" | "delegation"> {
  hostname: string;
  /** What the zone's own servers say. */
  answers: Fact<ZoneAnswers>;
  /** The recursive resolver says that the name is missing, until this moment (ISO 8601). */
  cachedUntil: string | undefined;
  /** The owner in ExternalDNS's TXT records: asked only where addresses are not the balancer's. */
  owner: Fact<string | undefined>;
  caa: Fact<CaaFact>;
  /** A TLS handshake by name at the first address; `undefined` when there is none to ask. */
  served: Fact<ServedCertificate | undefined>;
  /** `GET http://HOST/` there. */
  http: Fact<HttpAnswer | undefined>;
}

/** What DNS and the hosts themselves say, as seen from this machine. */
export interface OutsideFacts extends BalancerFacts {
  /** Public zones that enclose the domain, and those of its name: for twins. */
  zones: Fact<HostedZone[]>;
  /** One for each target, in their order. */
  hosts: HostSight[];
}

/** What of the world is asked for it. */
export type OutsideWorld = Pick<ConnectedWorld, "zones" | "resolver" | "probe" | "clock">;

/** Of each handshake and each request; what a firewall drops is never answered. */
const TIMEOUT_MS = 5000;

/** What to ask, and by which way. */
export interface OutsideQuestions {
  survey: Survey;
  /** The zones' own servers cannot be asked. */
  viaRecursive: boolean;
  gateways: readonly Gateway[];
}

/** DNS, handshakes and HTTP, at most 32 at once. */
export async function readOutside(
  world: OutsideWorld,
  { survey, viaRecursive, gateways }: OutsideQuestions,
): Promise<OutsideFacts> {
  const { resolver, probe } = limitNetwork(world);
  const limited = { ...world, resolver, probe };
  const names = gateways.flatMap(({ status }) => status.addresses.map(({ value }) => value));
  const [zones, balancers] = await Promise.all([
    readFact(() => world.zones.list()),
    readBalancers(resolver, names),
  ]);
  const lookAtZone = createZoneReader(limited, { survey, zones, viaRecursive });
  const hosts = await Promise.all(
    survey.targets.map(async ({ hostname, gateway }) => {
      const zone = await lookAtZone(hostname);
      const shown = findShownAddresses(gateways, gateway);
      const straysOf = (all: readonly string[]) => findStrays(balancers, shown, all);
      return lookAtHost(limited, { zone, straysOf }, hostname);
    }),
  );
  return { zones, ...balancers, hosts };
}

interface Around {
  zone: ZoneSight;
  straysOf: (addresses: readonly string[]) => string[];
}

async function lookAtHost(
  { resolver, probe, clock }: OutsideWorld,
  { zone: about, straysOf }: Around,
  hostname: string,
): Promise<HostSight> {
  const { zone, delegation, servers } = about;
  const [answers, caa] = await Promise.all([
    readAfter(servers, (all) => readFact(() => readZoneAnswers(resolver, all, hostname))),
    readCaa(resolver, hostname),
  ]);
  const addresses = answers.known ? answers.value.addresses : [];
  // A machine with IPv6 alone asks what there is; others cannot reach an AAAA address.
  const address = addresses.find((one) => !one.includes(":")) ?? addresses[0];
  const where = { hostname, address: address ?? "", timeoutMs: TIMEOUT_MS };
  const strays = straysOf(addresses);
  const nothing = known(undefined);
  const [served, http, cachedUntil, owner] = await Promise.all([
    address === undefined ? nothing : readFact(() => probe.handshake(where)),
    address === undefined
      ? nothing
      : readFact(() => probe.get({ ...where, protocol: "http", path: "/" })),
    findNegativeCache(resolver, hostname, clock.now()),
    strays.length === 0
      ? nothing
      : readAfter(servers, (all) => readRecordOwner(resolver, all, { hostname, strays })),
  ]);
  return { hostname, zone, delegation, answers, caa, served, http, cachedUntil, owner };
}

/** RFC 2308, section 5: a missing name is remembered for the TTL of the SOA in the answer. */
async function findNegativeCache(
  resolver: Resolver,
  hostname: string,
  now: Date,
): Promise<string | undefined> {
  const answer = await readFact(() => resolver.query(hostname, "A"));
  if (!answer.known || answer.value.answers.length > 0) return undefined;
  // A name with IPv6 alone has no A, and is not missing.
  if (answer.value.status !== "NXDOMAIN") {
    const other = await readFact(() => resolver.query(hostname, "AAAA"));
    if (!other.known || other.value.status !== "NOERROR") return undefined;
    if (other.value.answers.length > 0) return undefined;
  }
  const soa = answer.value.authorities.find(({ type }) => type === "SOA");
  if (soa === undefined) return undefined;
  const minimum = Number(soa.value.split(" ").at(-1));
  const seconds = Number.isNaN(minimum) ? soa.ttlSeconds : Math.min(soa.ttlSeconds, minimum);
  return new Date(now.getTime() + seconds * 1000).toISOString();
}
