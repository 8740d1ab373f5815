import { UserError } from "../errors.ts";
import type { DnsAnswer, Resolver } from "../ports/network.ts";
import { readFact, type Fact } from "./fact.ts";

/** Whether the world is sent to the hosted zone, and whether what it says there can be believed. */
export interface DelegationFact {
  zone: string;
  /** The zone that must delegate it: `com` for `example.com`. */
  parent: string | undefined;
  /** The zone's own delegation set, sorted. */
  expected: string[];
  /** What the parent hands out, sorted; empty when it does not know the zone. */
  delegated: string[];
  /** Who was asked: the parent's own servers, or a recursive resolver that may hold old answers. */
  source: "parent" | "recursive";
  /** The parent publishes a DS record: the zone must be signed. `undefined` when not seen. */
  ds: boolean | undefined;
  /** What a validating resolver says about the zone's SOA: `SERVFAIL` when the signatures break. */
  soaStatus: string | undefined;
}

/** A zone with its delegation set, as Route 53 has it. */
export interface DelegatedZone {
  name: string;
  nameServers: readonly string[];
}

/** All say the same: a few are enough to get past one that is away. */
const PARENT_SERVERS_ASKED = 3;

/**
 * Which name servers the parent zone hands out for a zone: asked at the parent's own servers,
 * where no cache is in the way, else (`viaRecursive`, or port 53 blocked) at the recursive one.
 * Unknown when nothing answers.
 */
export async function readDelegation(
  resolver: Resolver,
  zone: DelegatedZone,
  options: { viaRecursive: boolean },
): Promise<Fact<DelegationFact>> {
  return readFact(async () => {
    const [fromParent, soaStatus] = await Promise.all([
      options.viaRecursive ? undefined : askParent(resolver, zone.name),
      readSoaStatus(resolver, zone.name),
    ]);
    const answer = fromParent ?? (await askRecursive(resolver, zone.name));
    return { ...answer, zone: zone.name, expected: normalise(zone.nameServers), soaStatus };
  });
}

type Handed = Pick<DelegationFact, "parent" | "delegated" | "source" | "ds">;

async function askParent(resolver: Resolver, zone: string): Promise<Handed | undefined> {
  const parent = await silent(findParentZone(resolver, zone));
  if (parent === undefined) return undefined;
  for (const server of parent.servers.slice(0, PARENT_SERVERS_ASKED)) {
    const address = await silent(findAddress(resolver, server));
    if (address === undefined) continue;
    const referral = await silent(resolver.query(zone, "NS", address));
    if (referral === undefined || !isUseful(referral, zone)) continue;
    const ds = await silent(resolver.query(zone, "DS", address));
    return {
      parent: parent.name,
      delegated: nameServersIn(referral, zone),
      source: "parent",
      ds: ds?.answers.some(({ type }) => type === "DS"),
    };
  }
  return undefined;
}

/** The nearest name above that is a zone of its own, with its name servers. */
async function findParentZone(
  resolver: Resolver,
  zone: string,
): Promise<{ name: string; servers: string[] } | undefined> {
  for (let name = parentOf(zone); name !== undefined; name = parentOf(name)) {
    const servers = nameServersIn(await resolver.query(name, "NS"), name);
    if (servers.length > 0) return { name, servers };
  }
  return undefined;
}

async function findAddress(resolver: Resolver, name: string): Promise<string | undefined> {
  const { answers } = await resolver.query(name, "A");
  return answers.find(({ type }) => type === "A")?.value;
}

/** An answer about the zone itself: a referral, its NS, or an authoritative "no such name". */
function isUseful(answer: DnsAnswer, zone: string): boolean {
  if (answer.status === "NXDOMAIN") return true;
  if (answer.status !== "NOERROR") return false;
  if (nameServersIn(answer, zone).length > 0) return true;
  return answer.authorities.some(({ type }) => type === "SOA");
}

async function askRecursive(resolver: Resolver, zone: string): Promise<Handed> {
  const [answer, ds] = await Promise.all([
    resolver.query(zone, "NS"),
    silent(resolver.query(zone, "DS")),
  ]);
  if (answer.status === "REFUSED") throw refusedQuestion(zone);
  return {
    parent: parentOf(zone),
    delegated: nameServersIn(answer, zone),
    source: "recursive",
    ds: ds?.status === "NOERROR" ? ds.answers.some(({ type }) => type === "DS") : undefined,
  };
}

/** A server that only answers for its own zones: nothing is known by it. */
export function refusedQuestion(name: string): UserError {
  return new UserError("GT-DNS-REFUSED", `The resolver refuses questions about ${name}.`, {
    hint: "Name a resolver that answers with --dns-server HOST.",
  });
}

async function readSoaStatus(resolver: Resolver, zone: string): Promise<string | undefined> {
  return (await silent(resolver.query(zone, "SOA")))?.status;
}

function nameServersIn({ answers, authorities }: DnsAnswer, zone: string): string[] {
  const own = [...answers, ...authorities].filter(
    ({ name, type }) => type === "NS" && name.toLowerCase() === zone,
  );
  return normalise(own.map(({ value }) => value));
}

function normalise(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.toLowerCase().replace(/\.$/, "")))].sort();
}

function parentOf(name: string): string | undefined {
  const at = name.indexOf(".");
  return at < 0 ? undefined : name.slice(at + 1);
}

/** No answer at all is `undefined` here: another server, or the recursive one, is asked next. */
async function silent<T>(question: Promise<T>): Promise<T | undefined> {
  const fact = await readFact(() => question);
  return fact.known ? fact.value : undefined;
}
