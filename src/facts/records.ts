import type { HostedZones, ResourceRecordSet } from "../ports/aws.ts";
import { readFact, type Fact } from "./fact.ts";

/** What the zone has at one host's name. */
export interface HostRecords {
  hostname: string;
  /** A, AAAA and CNAME sets at the name itself. */
  records: ResourceRecordSet[];
  /** The TXT owner that ExternalDNS's registry names for it, in any of its forms. */
  owner: string | undefined;
}

const ADDRESS_TYPES = ["A", "AAAA", "CNAME"];
const TXT_TYPES = ["a", "aaaa", "cname"];
const OWNER = /external-dns\/owner=([^,"]+)/;

/** Records at the hosts' names, with their owner: asked from Route 53, not from DNS. */
export async function readHostRecords(
  zones: HostedZones,
  zoneId: string,
  hostnames: readonly string[],
): Promise<Fact<HostRecords[]>> {
  return readFact(async () => {
    const names = hostnames.flatMap((hostname) => [hostname, ...listRegistryNames(hostname)]);
    const all = await zones.listRecords(zoneId, names);
    return hostnames.map((hostname) => ({
      hostname,
      records: all.filter(({ name, type }) => name === hostname && ADDRESS_TYPES.includes(type)),
      owner: findTxtOwner(all, hostname),
    }));
  });
}

/**
 * Names of ExternalDNS's ownership TXT records for a host: at the host itself (before 0.12), with
 * the type in front (`cname-HOST` up to 0.21 for aliases, `a-HOST` later), and with our prefix
 * `%{record_type}-edns.` (external-dns, registry/txt/registry.go).
 */
export function listRegistryNames(hostname: string): string[] {
  const forms = TXT_TYPES.flatMap((type) => [`${type}-${hostname}`, `${type}-edns.${hostname}`]);
  return [hostname, `edns.${hostname}`, ...forms];
}

/** The owner that any ownership TXT of the host names. */
export function findTxtOwner(
  records: readonly ResourceRecordSet[],
  hostname: string,
): string | undefined {
  const names = listRegistryNames(hostname);
  const texts = records.filter(({ name, type }) => type === "TXT" && names.includes(name));
  return texts.flatMap(({ values }) => values.map((value) => OWNER.exec(value)?.[1])).find(Boolean);
}
