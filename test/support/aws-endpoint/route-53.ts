import type { ResourceRecordSet } from "../../../src/ports/aws.ts";
import type { ZoneFixture } from "../../contract/aws/account.ts";
import type { Account } from "./account.ts";
import { deleteRecords } from "./route-53-changes.ts";
import { compareRecords, recordElement, sortKey, wireName } from "./route-53-records.ts";
import { AwsFailure, pageOf, tag, type WireReply, type WireRequest, xmlReply } from "./wire.ts";

const ROOT = "/2013-04-01/hostedzone";

/** The action that a request of the REST protocol asks for. */
export function findRoute53Action(method: string, path: string): string | undefined {
  if (path === ROOT) return "ListHostedZones";
  if (/\/rrset\/?$/.test(path)) {
    return method === "GET" ? "ListResourceRecordSets" : "ChangeResourceRecordSets";
  }
  return path.startsWith(`${ROOT}/`) ? "GetHostedZone" : undefined;
}

/** Route 53, in REST and XML. */
export function answerRoute53(account: Account, request: WireRequest): WireReply {
  switch (request.action) {
    case "ListHostedZones":
      return listZones(account, request);
    case "GetHostedZone":
      return getZone(zoneOf(account, request));
    case "ListResourceRecordSets":
      return listRecords(account, zoneOf(account, request), request.query);
    case "ChangeResourceRecordSets":
      return deleteRecords(zoneOf(account, request), request.body);
    default:
      throw new AwsFailure(404, "UnknownOperation", `No route ${request.method} ${request.path}`);
  }
}

function zoneOf(account: Account, { path }: WireRequest): ZoneFixture {
  const id = path.slice(ROOT.length + 1).split("/")[0] ?? "";
  const found = account.zones.find(({ zone }) => zone.id === id);
  if (found === undefined) {
    throw new AwsFailure(404, "NoSuchHostedZone", `No hosted zone found with ID: ${id}`);
  }
  return found;
}

function zoneElement({ zone }: ZoneFixture): string {
  return tag("HostedZone", [
    tag("Id", `/hostedzone/${zone.id}`),
    tag("Name", `${zone.name}.`),
    tag("CallerReference", "reference"),
    tag("Config", [tag("PrivateZone", String(zone.private))]),
  ]);
}

function listZones(account: Account, { query }: WireRequest): WireReply {
  const { page, next } = pageOf(account.zones, query.get("marker"), account.pageSize);
  return xmlReply(
    tag("ListHostedZonesResponse", [
      tag("HostedZones", page.map(zoneElement)),
      tag("Marker", query.get("marker") ?? ""),
      tag("IsTruncated", String(next !== undefined)),
      ...(next === undefined ? [] : [tag("NextMarker", next)]),
      tag("MaxItems", String(account.pageSize)),
    ]),
  );
}

function getZone(fixture: ZoneFixture): WireReply {
  const names = fixture.nameServers.map((name) => tag("NameServer", `${name}.`));
  const delegation = names.length === 0 ? [] : [tag("DelegationSet", [tag("NameServers", names)])];
  return xmlReply(tag("GetHostedZoneResponse", [zoneElement(fixture), ...delegation]));
}

function listRecords(
  account: Account,
  { records }: ZoneFixture,
  query: URLSearchParams,
): WireReply {
  const sorted = records.toSorted(compareRecords);
  const name = query.get("name");
  const start = name === null ? 0 : sorted.findIndex((record) => isAtOrAfter(record, name, query));
  const rest = start === -1 ? [] : sorted.slice(start);
  const size = Math.min(account.pageSize, Number(query.get("maxitems") ?? 300));
  const following = rest[size];
  return xmlReply(
    tag("ListResourceRecordSetsResponse", [
      tag("ResourceRecordSets", rest.slice(0, size).map(recordElement)),
      tag("IsTruncated", String(following !== undefined)),
      ...(following === undefined ? [] : nextElements(following)),
      tag("MaxItems", String(size)),
    ]),
  );
}

function nextElements({ name, type, setIdentifier }: ResourceRecordSet): string[] {
  const identifier =
    setIdentifier === undefined ? [] : [tag("NextRecordIdentifier", setIdentifier)];
  return [tag("NextRecordName", wireName(name)), tag("NextRecordType", type), ...identifier];
}

function isAtOrAfter(record: ResourceRecordSet, name: string, query: URLSearchParams): boolean {
  const wanted = sortKey(name);
  const own = sortKey(record.name);
  if (own !== wanted) return own > wanted;
  const type = query.get("type");
  if (type === null || record.type !== type) return type === null || record.type > type;
  return (record.setIdentifier ?? "") >= (query.get("identifier") ?? "");
}
