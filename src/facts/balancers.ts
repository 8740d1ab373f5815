import type { Place } from "./survey.ts";
import type { Gateway } from "./objects.ts";
import { readFact, valueOf } from "./fact.ts";
import type { DnsRecord, Resolver } from "../ports/network.ts";

const FAMILIES = ["A", "AAAA"] as const;
type Family = (typeof FAMILIES)[number];

/** What is not known of a load balancer's name, or not there. */
export interface BalancerGap {
  /** The name does not exist: NXDOMAIN. */
  missing: boolean;
  /** Nobody answered about these. */
  unread: Family[];
}

/** What DNS says of the load balancers, each asked once. */
export interface BalancerFacts {
  /** Addresses of the load balancers, by the name or address that a Gateway shows. */
  balancers: Record<string, string[]>;
  /** Of the same. */
  balancerGaps: Record<string, BalancerGap>;
}

/** Asks the recursive resolver for what Gateways show as their addresses. */
export async function readBalancers(
  resolver: Resolver,
  shown: readonly string[],
): Promise<BalancerFacts> {
  const found = await Promise.all(
    [...new Set(shown)].map(async (name) => ({ name, ...(await askBalancer(resolver, name)) })),
  );
  return {
    balancers: Object.fromEntries(found.map(({ name, addresses }) => [name, addresses])),
    balancerGaps: Object.fromEntries(
      found.map(({ name, missing, unread }) => [name, { missing, unread }]),
    ),
  };
}

async function askBalancer(
  resolver: Resolver,
  name: string,
): Promise<BalancerGap & { addresses: string[] }> {
  if (/^[\d.]+$|:/.test(name)) return { addresses: [name], missing: false, unread: [] };
  const asked = await Promise.all(
    FAMILIES.map(async (type) => ({
      type,
      answer: valueOf(await readFact(() => resolver.query(name, type))),
    })),
  );
  const addresses = asked.flatMap(({ answer }) => listAddresses(answer?.answers ?? []));
  const statuses = asked.flatMap(({ answer }) => answer?.status ?? []);
  return {
    addresses,
    missing: addresses.length === 0 && statuses.includes("NXDOMAIN"),
    unread: asked.flatMap(({ type, answer }) => (isAnswer(answer?.status) ? [] : [type])),
  };
}

const isAnswer = (status: string | undefined): boolean =>
  status === "NOERROR" || status === "NXDOMAIN";

/** The addresses among the records of an answer. */
export function listAddresses(records: readonly DnsRecord[]): string[] {
  return records.flatMap(({ type, value }) => (type === "A" || type === "AAAA" ? [value] : []));
}

/** What a Gateway shows as its addresses: names or addresses. */
export function findShownAddresses(gateways: readonly Gateway[], place: Place): string[] {
  const live = gateways.find(
    ({ metadata }) => metadata.name === place.name && metadata.namespace === place.namespace,
  );
  return live?.status.addresses.map(({ value }) => value) ?? [];
}

/**
 * Those of a host's addresses that are not its load balancer's, which goes by these names. A
 * balancer changes its addresses, and it and the host are asked at two moments: one address in
 * common is enough. IPv4 and IPv6 are judged apart: who prefers one never sees the other.
 */
export function findStrays(
  { balancers, balancerGaps }: BalancerFacts,
  shown: readonly string[],
  addresses: readonly string[],
): string[] {
  const own = shown.flatMap((name) => balancers[name] ?? []);
  if (own.length === 0) return [];
  const unread = new Set(shown.flatMap((name) => balancerGaps[name]?.unread ?? []));
  return FAMILIES.flatMap((family) => {
    if (unread.has(family)) return [];
    const seen = addresses.filter((one) => familyOf(one) === family);
    return seen.some((one) => own.includes(one)) ? [] : seen;
  });
}

/** By the record type that an address stands in: A for IPv4, AAAA for IPv6. */
export const familyOf = (address: string): Family => (address.includes(":") ? "AAAA" : "A");
