import { UserError } from "../errors.ts";
import type { HostedZone } from "../ports/aws.ts";
import type { HttpAnswer, Resolver, ServedCertificate } from "../ports/network.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import { climb, readCaa, type CaaFact } from "./caa.ts";
import { readDelegation, type DelegationFact } from "./delegation.ts";
import { known, readAfter, readFact, unknown, type Fact } from "./fact.ts";
import { limitNetwork } from "./limited.ts";
import { findTxtOwner, listRegistryNames } from "./records.ts";
import type { Survey } from "./survey.ts";
import { encloses } from "./zone.ts";
import { readZoneAnswers, type NameServer, type ZoneAnswers } from "./zone-answers.ts";

/** What one host looks like from outside. */
export interface HostSight {
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
  delegation: Fact<DelegationFact>;
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
  const zones = await readFact(() => world.zones.list());
  const zone = await chooseZone(zones, survey);
  const nameServers = await readAfter(zone, ({ id }) =>
    readFact(() => world.zones.nameServers(id)),
  );
  const [delegation, servers, balancers] = await Promise.all([
    readAfter(nameServers, (found) =>
      readDelegation(
        resolver,
        { name: zone.known ? zone.value.name : survey.zone.name, nameServers: found },
        { viaRecursive },
      ),
    ),
    findServers(resolver, nameServers, survey.zone.name),
    readBalancers(resolver, addresses),
  ]);
  const hosts = await Promise.all(
    survey.targets.map(({ hostname }) => lookAtHost(limited, { servers, balancers }, hostname)),
  );
  return { zones, delegation, balancers, hosts };
}

/** The zone that the kept config names; else the nearest public one. */
async function chooseZone(
  zones: Fact<HostedZone[]>,
  { zone }: Survey,
): Promise<Fact<{ id: string; name: string }>> {
  const { id } = zone;
  if (id !== undefined && !zones.known) return known({ id, name: zone.name });
  return readAfter(zones, async (all) => {
    if (id !== undefined)
      return known({ id, name: all.find((one) => one.id === id)?.name ?? zone.name });
    const [found] = all
      .filter((one) => !one.private && encloses(one.name, zone.name))
      .sort((a, b) => b.name.length - a.name.length);
    const message = `The account has no public hosted zone for ${zone.name}.`;
    return found === undefined
      ? unknown(new UserError("GT-ZONE-NOT-FOUND", message))
      : known(found);
  });
}

/** The zone's servers as Route 53 names them; without AWS, as DNS does. */
async function findServers(
  resolver: Resolver,
  nameServers: Fact<string[]>,
  domain: string,
): Promise<Fact<NameServer[]>> {
  const names = nameServers.known
    ? nameServers
    : await readFact(() => askNameServers(resolver, domain));
  return readAfter(names, (all) =>
    readFact(() =>
      Promise.all(
        all.map(async (name) => {
          const answer = await readFact(() => resolver.query(name, "A"));
          const found = answer.known ? answer.value.answers : [];
          return { name, address: found.find(({ type }) => type === "A")?.value };
        }),
      ),
    ),
  );
}

async function askNameServers(resolver: Resolver, domain: string): Promise<string[]> {
  for (const name of climb(domain)) {
    const { answers } = await resolver.query(name, "NS");
    const found = answers.filter(({ type }) => type === "NS").map(({ value }) => value);
    if (found.length > 0) return found.map((one) => one.replace(/\.$/, ""));
  }
  return [];
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
  { servers, balancers }: { servers: Fact<NameServer[]>; balancers: Record<string, string[]> },
  hostname: string,
): Promise<HostSight> {
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
  return { hostname, answers, caa, served, http, cachedUntil, owner };
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
