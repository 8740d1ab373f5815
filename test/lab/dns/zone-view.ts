import {
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsCommandInput,
  type ResourceRecordSet,
} from "@aws-sdk/client-route-53";
import type { Answer } from "dns-packet";
import type { Aws } from "../aws/aws.ts";

/** The zone's records as its name servers answer them: seconds behind what Route 53 has accepted. */
export class ZoneView {
  readonly #aws: Pick<Aws, "clients" | "zone">;
  /** How long a change takes to the name servers. */
  delayMs: number;
  #records: ResourceRecordSet[] = [];

  constructor(aws: Pick<Aws, "clients" | "zone">, delayMs: number) {
    this.#aws = aws;
    this.delayMs = delayMs;
  }

  /** What is there now is published later. */
  async noticeChange(): Promise<void> {
    const records = await this.#read();
    setTimeout(() => (this.#records = records), this.delayMs).unref();
  }

  async publishNow(): Promise<void> {
    this.#records = await this.#read();
  }

  /** `undefined` when the name does not exist at all. */
  find(name: string, resolve: (alias: string) => string | undefined) {
    const here = this.#records.filter((record) => nameOf(record.Name) === name);
    const below = this.#records.some((record) => nameOf(record.Name).endsWith(`.${name}`));
    if (here.length === 0) return below ? [] : undefined;
    return here.flatMap((record) => toAnswers(name, record, resolve));
  }

  async #read(): Promise<ResourceRecordSet[]> {
    const { clients, zone } = this.#aws;
    const records: ResourceRecordSet[] = [];
    let next: Partial<ListResourceRecordSetsCommandInput> = {};
    for (;;) {
      const page = await clients.route53.send(
        new ListResourceRecordSetsCommand({ HostedZoneId: zone.id, ...next }),
      );
      records.push(...(page.ResourceRecordSets ?? []));
      if (page.IsTruncated !== true) break;
      next = { StartRecordName: page.NextRecordName, StartRecordType: page.NextRecordType };
    }
    return records;
  }
}

const nameOf = (name = ""): string =>
  name
    .toLowerCase()
    .replace(/\.$/, "")
    .replaceAll(String.raw`\052`, "*");

function toAnswers(
  name: string,
  { Type, TTL = 60, ResourceRecords = [], AliasTarget }: ResourceRecordSet,
  resolve: (alias: string) => string | undefined,
): Answer[] {
  if (AliasTarget !== undefined) {
    // The load balancers have no IPv6 address.
    const address = resolve(nameOf(AliasTarget.DNSName).replace(/^dualstack\./, ""));
    return Type === "A" && address !== undefined
      ? [{ name, type: "A", ttl: 60, data: address }]
      : [];
  }
  return ResourceRecords.flatMap(({ Value = "" }): Answer[] => {
    if (Type === "A" || Type === "AAAA" || Type === "NS" || Type === "CNAME")
      return [{ name, type: Type, ttl: TTL, data: Value.replace(/\.$/, "") }];
    if (Type === "TXT") return [{ name, type: "TXT", ttl: TTL, data: [unquote(Value)] }];
    if (Type === "SOA") return [{ name, type: "SOA", ttl: TTL, data: parseSoa(Value) }];
    if (Type === "CAA") return [{ name, type: "CAA", ttl: TTL, data: parseCaa(Value) }];
    return [];
  });
}

const unquote = (value: string): string => value.replace(/^"|"$/g, "").replaceAll('\\"', '"');

function parseSoa(value: string) {
  const [mname = "", rname = "", ...numbers] = value.split(" ");
  const [serial = 1, refresh = 7200, retry = 900, expire = 1_209_600, minimum = 86_400] =
    numbers.map(Number);
  return { mname, rname, serial, refresh, retry, expire, minimum };
}

function parseCaa(value: string) {
  const [flags = "0", tag, quoted = ""] = value.split(" ");
  if (tag !== "issue" && tag !== "issuewild" && tag !== "iodef") throw new Error(`CAA ${value}`);
  return { flags: Number(flags), tag, value: unquote(quoted) } as const;
}
