import type { HostedZones, ResourceRecordSet } from "../ports/aws.ts";
import { listRegistryNames } from "./records.ts";

const ADDRESS_TYPES = ["A", "AAAA", "CNAME"];
/** Which records a TXT of each form is about; an alias is `cname` up to ExternalDNS 0.21. */
const TYPES_OF: Record<string, readonly string[]> = {
  a: ["A"],
  aaaa: ["AAAA"],
  cname: ["A", "CNAME"],
};
const FORM = /^(?:(a|aaaa|cname)-)?(?:edns\.)?(.+)$/;

/**
 * The address records whose ownership TXT names `owner`, and those TXT records themselves, in any
 * of ExternalDNS's forms (external-dns, registry/txt/registry.go). Routed records are never ours.
 */
export async function findOwnedRecords(
  zones: HostedZones,
  about: { zoneId: string; owner: string; hostnames?: readonly string[] },
): Promise<ResourceRecordSet[]> {
  const { zoneId, owner, hostnames } = about;
  const names = hostnames?.flatMap((hostname) => [hostname, ...listRegistryNames(hostname)]);
  const all = await zones.listRecords(zoneId, names);
  const plain = all.filter(({ setIdentifier }) => setIdentifier === undefined);
  const texts = plain.filter((record) => record.type === "TXT" && namesOwner(record, owner));
  const owned = new Set(texts.flatMap(({ name }) => listSubjects(name)));
  const addresses = plain.filter(
    ({ name, type }) => ADDRESS_TYPES.includes(type) && owned.has(`${name} ${type}`),
  );
  return [...addresses, ...texts];
}

function namesOwner({ values }: ResourceRecordSet, owner: string): boolean {
  return values.some(
    (value) =>
      value.includes("heritage=external-dns") &&
      /external-dns\/owner=([^,"]+)/.exec(value)?.[1] === owner,
  );
}

/** `cname-edns.www.example.com` is about `www.example.com A` and `www.example.com CNAME`. */
function listSubjects(name: string): string[] {
  const [, form, host = name] = FORM.exec(name) ?? [];
  const types = form === undefined ? ADDRESS_TYPES : (TYPES_OF[form] ?? []);
  return [...new Set([host, ...(form === undefined ? [name] : [])])].flatMap((subject) =>
    types.map((type) => `${subject} ${type}`),
  );
}
