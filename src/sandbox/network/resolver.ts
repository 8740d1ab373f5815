import { UserError } from "../../errors.ts";
import type { DnsAnswer, DnsRecord, RecordType, Resolver } from "../../ports/network.ts";
import type { Simulation } from "../simulation.ts";
import type { ZoneState } from "../world-state.ts";
import {
  delegatedServers,
  rootServers,
  serverAddress,
  serverAt,
  topLevelServers,
} from "./name-servers.ts";
import { answerFromZone, isWithin, soaOf } from "./zone-answers.ts";

const NS_TTL_SECONDS = 172_800;
/** A question to one server is asked so often, and each time so long. */
const TRIES = 3;
const TIMEOUT_MS = 2000;

/** The DNS of the sandbox: one tree of root, top level and the account's public zones. */
export function createResolver(simulation: Simulation): Resolver {
  return {
    query: async (name, type, server) => {
      simulation.clock.touch();
      await Promise.resolve();
      const asked = name.toLowerCase().replace(/\.$/, "");
      if (server === undefined) return resolve(simulation, asked, type);
      return askServer(simulation, asked, type, server) ?? fail(simulation, asked, type, server);
    },
  };
}

/** What a recursive resolver finds, without a cache. */
export function resolve(simulation: Simulation, name: string, type: RecordType): DnsAnswer {
  const own = answerOutsideZones(simulation, name, type);
  if (own !== undefined) return reply("NOERROR", own);
  const zone = publicZoneOf(simulation, name);
  if (zone === undefined) return reply("NXDOMAIN", [], [topLevelSoa(name)]);
  if (type === "DS" && name === zone.name) return reply("NOERROR", dsRecords(zone));
  if (zone.ds !== undefined) return reply("SERVFAIL", []);
  if (simulation.hasFault("undelegated-zone")) return answerOfStranger(name, zone.name);
  const { status, answers } = answerFromZone(simulation, zone, name, type);
  const last = answers.at(-1);
  if (last?.type === "CNAME" && type !== "CNAME" && !isWithin(last.value, zone.name)) {
    const rest = resolve(simulation, last.value, type);
    return { ...rest, answers: [...answers, ...rest.answers] };
  }
  return reply(status, answers, answers.length === 0 ? soaOf(zone) : []);
}

/** The addresses of a name, as a client's resolver gives them. */
export function addressesOf(simulation: Simulation, name: string): string[] {
  return resolve(simulation, name, "A")
    .answers.filter(({ type }) => type === "A")
    .map(({ value }) => value);
}

function askServer(
  simulation: Simulation,
  name: string,
  type: RecordType,
  server: string,
): DnsAnswer | undefined {
  const role = serverAt(simulation, server);
  if (role === undefined) return undefined;
  if (role.kind === "top-level") return askTopLevel(simulation, name, type);
  if (role.kind === "zone") return askZoneServer(simulation, role.zones, name, type);
  if (role.kind === "stranger") {
    const zone = publicZoneOf(simulation, name)?.name ?? name;
    return { ...answerOfStranger(name, zone), authoritative: true };
  }
  return name === "" && type === "NS"
    ? authoritative("NOERROR", nsRecords("", rootServers()))
    : reply("NOERROR", [], nsRecords(name.split(".").at(-1) ?? "", topLevelServers()));
}

async function fail(
  simulation: Simulation,
  name: string,
  type: RecordType,
  server: string,
): Promise<never> {
  // Nothing of this world listens on the user's own machine.
  const isClosed = server.startsWith("127.");
  if (!isClosed) await simulation.clock.sleep(TRIES * TIMEOUT_MS);
  const why = isClosed ? "nothing listens there" : `no answer within ${TIMEOUT_MS / 1000} s`;
  throw new UserError(
    "GT-DNS-UNREACHABLE",
    `No DNS answer for ${type} ${name || "."} from ${server}: ${why}.`,
    {
      hint: "Check that port 53 to it is open, or use --dns-server.",
      retry: { limitMs: 60_000, intervalMs: 5000, reason: "waiting for DNS to answer" },
    },
  );
}

function askTopLevel(simulation: Simulation, name: string, type: RecordType): DnsAnswer {
  const topLevel = name.split(".").at(-1) ?? "";
  if (name === topLevel) {
    return type === "NS"
      ? authoritative("NOERROR", nsRecords(name, topLevelServers()))
      : authoritative("NOERROR", [], [topLevelSoa(name)]);
  }
  const zone = publicZoneOf(simulation, name);
  if (zone === undefined) return authoritative("NXDOMAIN", [], [topLevelSoa(name)]);
  if (type === "DS" && name === zone.name) {
    const found = dsRecords(zone);
    return authoritative("NOERROR", found, found.length === 0 ? [topLevelSoa(name)] : []);
  }
  return reply("NOERROR", [], nsRecords(zone.name, delegatedServers(simulation, zone)));
}

function askZoneServer(
  simulation: Simulation,
  zones: readonly ZoneState[],
  name: string,
  type: RecordType,
): DnsAnswer {
  const zone = closest(zones, name);
  if (zone === undefined) return reply("REFUSED", []);
  const { status, answers } = answerFromZone(simulation, zone, name, type);
  return authoritative(status, answers, answers.length === 0 ? soaOf(zone) : []);
}

/** Names that lie in nobody's hosted zone: name servers, top levels, load balancers. */
function answerOutsideZones(
  simulation: Simulation,
  name: string,
  type: RecordType,
): DnsRecord[] | undefined {
  const balancer = simulation.state.loadBalancers[name];
  if (balancer !== undefined) {
    return type === "A" ? balancer.addresses.map((value) => addressRecord(name, value)) : [];
  }
  const address = serverAddress(simulation, name);
  if (address !== undefined) return type === "A" ? [addressRecord(name, address)] : [];
  if (name === "") return type === "NS" ? nsRecords("", rootServers()) : [];
  const isTopLevel = !name.includes(".");
  if (isTopLevel) return type === "NS" ? nsRecords(name, topLevelServers()) : [];
  return undefined;
}

/** A parked zone: it has its SOA and nothing else. */
function answerOfStranger(name: string, zone: string): DnsAnswer {
  const value =
    "ns1.registrar-parking.net hostmaster.registrar-parking.net 1 7200 900 1209600 3600";
  const soa = { name: zone, type: "SOA", ttlSeconds: 3600, value };
  return reply(name === zone ? "NOERROR" : "NXDOMAIN", [], [soa]);
}

/** The zone that the parent delegates; of two with one name, the older. */
function publicZoneOf({ state }: Simulation, name: string): ZoneState | undefined {
  return closest(
    Object.values(state.aws.zones).filter((zone) => !zone.private),
    name,
  );
}

function closest(zones: readonly ZoneState[], name: string): ZoneState | undefined {
  return zones
    .filter((zone) => isWithin(name, zone.name))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
}

function nsRecords(name: string, servers: readonly string[]): DnsRecord[] {
  return servers.map((value) => ({ name, type: "NS", ttlSeconds: NS_TTL_SECONDS, value }));
}

/** What the parent publishes about the zone's keys. */
function dsRecords({ name, ds }: ZoneState): DnsRecord[] {
  return ds === undefined ? [] : [{ name, type: "DS", ttlSeconds: 3600, value: ds }];
}

function addressRecord(name: string, value: string): DnsRecord {
  return { name, type: "A", ttlSeconds: 60, value };
}

function topLevelSoa(name: string): DnsRecord {
  const value = "a.gtld-servers.net nstld.verisign-grs.com 1 1800 900 604800 900";
  return { name: name.split(".").at(-1) ?? "", type: "SOA", ttlSeconds: 900, value };
}

function reply(status: string, answers: DnsRecord[], authorities: DnsRecord[] = []): DnsAnswer {
  return { status, authoritative: false, answers, authorities };
}

function authoritative(
  status: string,
  answers: DnsRecord[],
  authorities: DnsRecord[] = [],
): DnsAnswer {
  return { status, authoritative: true, answers, authorities };
}
