import { UserError } from "../errors.ts";
import type { HostedZones } from "../ports/aws.ts";
import type { Resolver } from "../ports/network.ts";
import { listAddresses } from "./balancers.ts";
import { readFact } from "./fact.ts";

/** What each of a zone's own name servers says about one name. */
export interface ZoneAnswers {
  /** A and AAAA values, from all servers together. */
  addresses: string[];
  /** Servers that answered without an address. */
  missing: string[];
  /** Servers that did not answer, or with an error: they say nothing about the name. */
  silent: string[];
  /** The error of those that had one, by server: SERVFAIL, REFUSED, ... */
  errors: Record<string, string>;
}

/** One of a zone's own name servers; without an address where none was found. */
export interface NameServer {
  name: string;
  address: string | undefined;
}

/** The zone's own servers and an address of each, by the recursive resolver. */
export async function findNameServers(
  world: { zones: HostedZones; resolver: Resolver },
  zoneId: string,
): Promise<NameServer[]> {
  const names = await world.zones.nameServers(zoneId);
  return Promise.all(
    names.map(async (name) => {
      try {
        const { answers } = await world.resolver.query(name, "A");
        return { name, address: answers.find(({ type }) => type === "A")?.value };
      } catch (error) {
        if (error instanceof UserError) return { name, address: undefined };
        throw error;
      }
    }),
  );
}

/**
 * Asks every server of the zone for a name's addresses, side by side, and no cache: a resolver
 * asked too early would remember for minutes that the name is missing.
 */
export async function readZoneAnswers(
  resolver: Resolver,
  servers: readonly NameServer[],
  hostname: string,
): Promise<ZoneAnswers> {
  const perServer = await Promise.all(
    servers.map(async ({ name, address }) => ({
      name,
      ...(address === undefined ? SILENCE : await askOne(resolver, address, hostname)),
    })),
  );
  const silent = perServer.filter(({ addresses }) => addresses === undefined);
  return {
    addresses: [...new Set(perServer.flatMap(({ addresses }) => addresses ?? []))],
    missing: perServer.flatMap(({ name, addresses }) => (addresses?.length === 0 ? [name] : [])),
    silent: silent.map(({ name }) => name),
    errors: Object.fromEntries(
      silent.flatMap(({ name, error }) => (error === undefined ? [] : [[name, error]])),
    ),
  };
}

/**
 * The addresses to go to: as the zone's own servers say, or by the recursive resolver where none of
 * them can be asked from here.
 */
export async function findAddresses(
  resolver: Resolver,
  servers: readonly NameServer[],
  hostname: string,
): Promise<string[]> {
  const { addresses, silent } = await readZoneAnswers(resolver, servers, hostname);
  if (silent.length < servers.length) return addresses;
  return (await askOne(resolver, undefined, hostname)).addresses ?? [];
}

/** Without `addresses`: there was no answer, or an error. */
interface OneAnswer {
  addresses: string[] | undefined;
  error: string | undefined;
}

const SILENCE: OneAnswer = { addresses: undefined, error: undefined };

async function askOne(
  resolver: Resolver,
  server: string | undefined,
  hostname: string,
): Promise<OneAnswer> {
  const both = await Promise.all(
    (["A", "AAAA"] as const).map((type) => readFact(() => resolver.query(hostname, type, server))),
  );
  const answers = both.flatMap((one) => (one.known ? [one.value] : []));
  const addresses = listAddresses(answers.flatMap((one) => one.answers));
  if (addresses.length > 0) return { addresses, error: undefined };
  // A server that fails, or serves the zone no more, does not say that the name is missing.
  const error = answers.find(({ status }) => status !== "NOERROR" && status !== "NXDOMAIN")?.status;
  if (error !== undefined) return { addresses: undefined, error };
  return answers.length < both.length ? SILENCE : { addresses, error };
}
