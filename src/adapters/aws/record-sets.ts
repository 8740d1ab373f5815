import { isDeepStrictEqual } from "node:util";
import type { ResourceRecordSet as WireRecordSet } from "@aws-sdk/client-route-53";
import { UserError } from "../../errors.ts";
import type { ResourceRecordSet } from "../../ports/aws.ts";
import { expectField } from "./ask.ts";
import { collectPages, mapConcurrently } from "./paging.ts";
import { parseDomainName, parseRecordName } from "./record-names.ts";
import type { Services } from "./services.ts";

/** Route 53 answers five requests a second for the whole account. */
const AT_ONCE = 4;
/** A name has few types; a page of its own never needs to carry the names behind it. */
const PAGE_OF_A_NAME = 20;
const MOST_CHANGES = 500;
/** More names than one host has are looked for in the whole zone: 300 record sets are one request. */
const MOST_NAMES = 8;

interface Position {
  StartRecordName: string;
  StartRecordType?: WireRecordSet["Type"];
  StartRecordIdentifier?: string | undefined;
}

/** Record sets as the port spells them; with `names`, those of the given names only. */
export async function listRecordSets(
  services: Services,
  zoneId: string,
  names: readonly string[] | undefined,
): Promise<ResourceRecordSet[]> {
  const found =
    names === undefined ? listZone(services, zoneId) : listNames(services, zoneId, names);
  return (await found).map(toRecordSet);
}

/**
 * Deletes what is there of these record sets. Route 53 wants each exactly as it is, with fields
 * that the port does not know, so it is read first.
 */
export async function deleteRecordSets(
  services: Services,
  zoneId: string,
  records: readonly ResourceRecordSet[],
): Promise<void> {
  const live = await listNames(
    services,
    zoneId,
    records.map(({ name }) => name),
  );
  const doomed = records.flatMap((record) => {
    const found = live.filter((candidate) => isSameKey(toRecordSet(candidate), record));
    for (const candidate of found) refuseChanged(toRecordSet(candidate), record);
    return found;
  });
  for (let start = 0; start < doomed.length; start += MOST_CHANGES) {
    const Changes = doomed
      .slice(start, start + MOST_CHANGES)
      .map((ResourceRecordSet) => ({ Action: "DELETE" as const, ResourceRecordSet }));
    const operation = { action: "route53:ChangeResourceRecordSets", resource: zoneId };
    await services.route53(operation, ({ client, sdk }) =>
      client.send(
        new sdk.ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes } }),
      ),
    );
  }
}

function listZone(services: Services, zoneId: string): Promise<WireRecordSet[]> {
  return collectPages<WireRecordSet, Position>(async (position) => {
    const page = await readPage(services, { HostedZoneId: zoneId, ...position });
    return {
      items: expectField(page.ResourceRecordSets, "ResourceRecordSets"),
      marker: positionAfter(page),
    };
  });
}

async function listNames(
  services: Services,
  zoneId: string,
  names: readonly string[],
): Promise<WireRecordSet[]> {
  const distinct = [...new Set(names.map(parseRecordName))];
  if (distinct.length > MOST_NAMES) {
    const wanted = new Set(distinct);
    return (await listZone(services, zoneId)).filter((record) => wanted.has(nameOf(record)));
  }
  const found = await mapConcurrently(distinct, AT_ONCE, (name) =>
    listName(services, zoneId, name),
  );
  return found.flat();
}

/** Names are ordered by their labels from the right, so those of one name stand together. */
function listName(services: Services, zoneId: string, name: string): Promise<WireRecordSet[]> {
  return collectPages<WireRecordSet, Position>(async (position = { StartRecordName: name }) => {
    const page = await readPage(services, {
      HostedZoneId: zoneId,
      MaxItems: PAGE_OF_A_NAME,
      ...position,
    });
    const records = expectField(page.ResourceRecordSets, "ResourceRecordSets");
    const items = records.filter((record) => nameOf(record) === name);
    return { items, marker: items.length === records.length ? positionAfter(page) : undefined };
  });
}

type PageInput = { HostedZoneId: string; MaxItems?: number } & Partial<Position>;
interface Page {
  IsTruncated?: boolean | undefined;
  NextRecordName?: string | undefined;
  NextRecordType?: WireRecordSet["Type"] | undefined;
  NextRecordIdentifier?: string | undefined;
}

function readPage({ route53 }: Services, input: PageInput) {
  const operation = { action: "route53:ListResourceRecordSets", resource: input.HostedZoneId };
  return route53(operation, ({ client, sdk }) =>
    client.send(new sdk.ListResourceRecordSetsCommand(input)),
  );
}

function positionAfter(page: Page): Position | undefined {
  if (page.IsTruncated !== true || page.NextRecordName === undefined) return undefined;
  return {
    StartRecordName: page.NextRecordName,
    StartRecordType: page.NextRecordType,
    StartRecordIdentifier: page.NextRecordIdentifier,
  };
}

function nameOf({ Name }: WireRecordSet): string {
  return parseRecordName(expectField(Name, "Name"));
}

function toRecordSet(wire: WireRecordSet): ResourceRecordSet {
  const { Type, TTL, ResourceRecords = [], AliasTarget, SetIdentifier } = wire;
  const alias = AliasTarget && {
    target: parseDomainName(expectField(AliasTarget.DNSName, "DNSName")),
    hostedZoneId: expectField(AliasTarget.HostedZoneId, "HostedZoneId"),
  };
  return {
    name: nameOf(wire),
    type: expectField(Type, "Type"),
    ...(TTL === undefined ? {} : { ttlSeconds: TTL }),
    values: ResourceRecords.map(({ Value }) => expectField(Value, "Value")),
    ...(alias === undefined ? {} : { alias }),
    ...(SetIdentifier === undefined ? {} : { setIdentifier: SetIdentifier }),
  };
}

function isSameKey(left: ResourceRecordSet, right: ResourceRecordSet): boolean {
  return (
    left.name === parseRecordName(right.name) &&
    left.type === right.type &&
    left.setIdentifier === right.setIdentifier
  );
}

const contentOf = ({ ttlSeconds, values, alias }: ResourceRecordSet) => ({
  ttlSeconds,
  values: values.toSorted(),
  alias,
});

function refuseChanged(live: ResourceRecordSet, given: ResourceRecordSet): void {
  if (isDeepStrictEqual(contentOf(live), contentOf(given))) return;
  throw new UserError(
    "GT-RECORD-CHANGED",
    `The ${live.type} record ${live.name} changed since it was read, so it was not deleted.`,
    {
      hint: "Run the same command again: it reads the record anew.",
      retry: { limitMs: 30_000, intervalMs: 3000, reason: "reading the changed records again" },
    },
  );
}
