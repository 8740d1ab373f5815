import { UserError } from "../errors.ts";
import type { DnsAnswer, Resolver } from "../ports/network.ts";
import { familyOf } from "./balancers.ts";
import { known, readFact, unknown, type Fact } from "./fact.ts";
import { findTxtOwner, listRegistryNames } from "./records.ts";
import type { NameServer } from "./zone-answers.ts";

/**
 * The owner in the TXT records that ExternalDNS writes beside a host's record; `undefined` where
 * there are none. Asked by DNS, at the zone's own servers: Route 53 takes one call per name.
 */
export async function readRecordOwner(
  resolver: Resolver,
  servers: readonly NameServer[],
  { hostname, strays }: { hostname: string; strays: readonly string[] },
): Promise<Fact<string | undefined>> {
  const names = listOwnerNames(hostname, strays);
  let last: Fact<string | undefined> = unknown(
    new UserError("GT-DNS-UNREACHABLE", "No name server of the zone can be asked."),
  );
  for (const { name: server, address } of servers) {
    if (address === undefined) continue;
    last = await askOwner(resolver, { server, address }, { hostname, names });
    if (last.known) return last;
  }
  return last;
}

/** Each type of record has a TXT of its own; those without a type are of before IPv6. */
function listOwnerNames(hostname: string, strays: readonly string[]): string[] {
  const families = new Set(strays.map(familyOf));
  return listRegistryNames(hostname).filter((name) =>
    name.startsWith("aaaa-") ? families.has("AAAA") : families.has("A"),
  );
}

async function askOwner(
  resolver: Resolver,
  at: { server: string; address: string },
  { hostname, names }: { hostname: string; names: readonly string[] },
): Promise<Fact<string | undefined>> {
  const answers = await Promise.all(
    names.map((name) =>
      readFact(async () => answered(await resolver.query(name, "TXT", at.address), name, at)),
    ),
  );
  const records = answers.flatMap((answer) => (answer.known ? answer.value.answers : []));
  const sets = records.map(({ name, type, value }) => ({ name, type, values: [value] }));
  const owner = findTxtOwner(sets, hostname);
  return owner === undefined
    ? (answers.find((one) => !one.known) ?? known(undefined))
    : known(owner);
}

function answered(answer: DnsAnswer, name: string, { server }: { server: string }): DnsAnswer {
  if (answer.status === "NOERROR" || answer.status === "NXDOMAIN") return answer;
  const message = `${server} answers ${answer.status} about the TXT records of ${name}.`;
  throw new UserError("GT-DNS-UNREACHABLE", message);
}
