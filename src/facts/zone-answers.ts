import { UserError } from "../errors.ts";
import type { HostedZones } from "../ports/aws.ts";
import type { Resolver } from "../ports/network.ts";

/** What each of a zone's own name servers says about one name. */
export interface ZoneAnswers {
  /** A and AAAA values, from all servers together. */
  addresses: string[];
  /** Servers that answered without an address. */
  missing: string[];
  /** Servers that did not answer at all. */
  silent: string[];
}

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
      addresses: address === undefined ? undefined : await askOne(resolver, address, hostname),
    })),
  );
  return {
    addresses: [...new Set(perServer.flatMap(({ addresses }) => addresses ?? []))],
    missing: perServer.flatMap(({ name, addresses }) => (addresses?.length === 0 ? [name] : [])),
    silent: perServer.flatMap(({ name, addresses }) => (addresses === undefined ? [name] : [])),
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
  return (await askOne(resolver, undefined, hostname)) ?? [];
}

async function askOne(
  resolver: Resolver,
  server: string | undefined,
  hostname: string,
): Promise<string[] | undefined> {
  try {
    const both = await Promise.all([
      resolver.query(hostname, "A", server),
      resolver.query(hostname, "AAAA", server),
    ]);
    const addresses = both.flatMap(({ answers }) => answers);
    return addresses.flatMap(({ type, value }) => (type === "A" || type === "AAAA" ? [value] : []));
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
