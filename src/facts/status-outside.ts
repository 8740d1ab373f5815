import type { HostedZone } from "../ports/aws.ts";
import type { HttpAnswer, Resolver, ServedCertificate } from "../ports/network.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import { readCaa, type CaaFact } from "./caa.ts";
import { known, readAfter, readFact, type Fact } from "./fact.ts";
import { limitNetwork } from "./limited.ts";
import { findTxtOwner, listRegistryNames } from "./records.ts";
import type { Survey } from "./survey.ts";
import { createZoneReader, type ZoneSight } from "./zone-sight.ts";
import { readZoneAnswers, type NameServer, type ZoneAnswers } from "./zone-answers.ts";

/** What one host looks like from outside. */
export interface HostSight extends Pick<ZoneSight, "zone" | "delegation"> {
  hostname: string;
  /** What the zone's own servers say. */
  answers: Fact<ZoneAnswers>;
  /** The recursive resolver says that the name is missing, until this moment (ISO 8601). */
  cachedUntil: string | undefined;
  /** The owner in ExternalDNS's TXT records: asked only where the record is not ours by address. */
  owner: string | undefined;
  caa: Fact<CaaFact>;
  /** A TLS handshake by name at the first address; `undefined` when there is none to ask. */
  served: Fact<ServedCertificate | undefined>;
  /** `GET http://HOST/` there. */
  http: Fact<HttpAnswer | undefined>;
}

export interface OutsideFacts {
  /** Public zones that enclose the domain, and those of its name: for twins. */
  zones: Fact<HostedZone[]>;
  /** Addresses of the load balancers, by the name or address that a Gateway shows. */
  balancers: Record<string, string[]>;
  hosts: HostSight[];
}

export type OutsideWorld = Pick<ConnectedWorld, "zones" | "resolver" | "probe" | "clock">;

const TIMEOUT_MS = 5000;

export interface OutsideQuestions {
  survey: Survey;
  viaRecursive: boolean;
  /** What the Gateways show as their addresses. */
  addresses: readonly string[];
}

/** DNS, handshakes and HTTP, at most 32 at once. */
export async function readOutside(
  world: OutsideWorld,
  { survey, viaRecursive, addresses }: OutsideQuestions,
): Promise<OutsideFacts> {
  const { resolver, probe } = limitNetwork(world);
  const limited = { ...world, resolver, probe };
  const [zones, balancers] = await Promise.all([
    readFact(() => world.zones.list()),
    readBalancers(resolver, addresses),
  ]);
  const lookAtZone = createZoneReader(limited, { survey, zones, viaRecursive });
  const hosts = await Promise.all(
    survey.targets.map(async ({ hostname }) => {
      const zone = await lookAtZone(hostname);
      return lookAtHost(limited, { zone, balancers }, hostname);
    }),
  );
  return { zones, balancers, hosts };
}

async function readBalancers(
  resolver: Resolver,
  addresses: readonly string[],
): Promise<Record<string, string[]>> {
  const found = await Promise.all(
    [...new Set(addresses)].map(async (address): Promise<[string, string[]]> => {
      if (/^[\d.]+$|:/.test(address)) return [address, [address]];
      return [address, await askAddresses(resolver, address)];
    }),
  );
  return Object.fromEntries(found);
}

async function askAddresses(resolver: Resolver, name: string): Promise<string[]> {
  const answers = await Promise.all(
    (["A", "AAAA"] as const).map((type) => readFact(() => resolver.query(name, type))),
  );
  return answers
    .flatMap((answer) => (answer.known ? answer.value.answers : []))
    .flatMap(({ type, value }) => (type === "A" || type === "AAAA" ? [value] : []));
}

async function lookAtHost(
  { resolver, probe, clock }: OutsideWorld,
  { zone: about, balancers }: { zone: ZoneSight; balancers: Record<string, string[]> },
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
  const isOurs = Object.values(balancers)
    .flat()
    .some((one) => addresses.includes(one));
  const nothing = known(undefined);
  const [served, http, cachedUntil, owner] = await Promise.all([
    address === undefined ? nothing : readFact(() => probe.handshake(where)),
    address === undefined
      ? nothing
      : readFact(() => probe.get({ ...where, protocol: "http", path: "/" })),
    findNegativeCache(resolver, hostname, clock.now()),
    addresses.length === 0 || isOurs ? undefined : findOwner(resolver, servers, hostname),
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
  const soa = answer.value.authorities.find(({ type }) => type === "SOA");
  if (soa === undefined) return undefined;
  const minimum = Number(soa.value.split(" ").at(-1));
  const seconds = Number.isNaN(minimum) ? soa.ttlSeconds : Math.min(soa.ttlSeconds, minimum);
  return new Date(now.getTime() + seconds * 1000).toISOString();
}

/** By DNS, at one of the zone's own servers: Route 53 takes one call per name. */
async function findOwner(
  resolver: Resolver,
  servers: Fact<NameServer[]>,
  hostname: string,
): Promise<string | undefined> {
  const server = servers.known
    ? servers.value.find(({ address }) => address !== undefined)
    : undefined;
  if (server?.address === undefined) return undefined;
  const { address } = server;
  const answers = await Promise.all(
    listRegistryNames(hostname).map((name) => readFact(() => resolver.query(name, "TXT", address))),
  );
  const records = answers.flatMap((answer) => (answer.known ? answer.value.answers : []));
  const sets = records.map(({ name, type, value }) => ({ name, type, values: [value] }));
  return findTxtOwner(sets, hostname);
}
