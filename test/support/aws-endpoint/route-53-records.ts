import type { ResourceRecordSet } from "../../../src/ports/aws.ts";
import { tag } from "./wire.ts";

/** Route 53 ends names with a dot and escapes what is no letter, digit, hyphen or underscore. */
export function wireName(name: string): string {
  const escaped = name
    .toLowerCase()
    .replace(/\.$/, "")
    .replaceAll(
      /[^a-z0-9._\\-]/g,
      (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
    );
  return `${escaped}.`;
}

/** Names are ordered by their labels, the last one first: `com.example.www.`. */
export function sortKey(name: string): string {
  return `${wireName(name).slice(0, -1).split(".").toReversed().join(".")}.`;
}

export function compareRecords(left: ResourceRecordSet, right: ResourceRecordSet): number {
  const key = (record: ResourceRecordSet) =>
    [sortKey(record.name), record.type, record.setIdentifier ?? ""].join("\n");
  return key(left) < key(right) ? -1 : 1;
}

/** With the fields that the port does not know: an alias checks health, a routed record has a weight. */
export function recordElement(record: ResourceRecordSet): string {
  const { name, type, ttlSeconds, values, alias, setIdentifier } = record;
  const value = (text: string) => tag("ResourceRecord", [tag("Value", text)]);
  return tag("ResourceRecordSet", [
    tag("Name", wireName(name)),
    tag("Type", type),
    ...(setIdentifier === undefined
      ? []
      : [tag("SetIdentifier", setIdentifier), tag("Weight", "10")]),
    ...(ttlSeconds === undefined ? [] : [tag("TTL", String(ttlSeconds))]),
    ...(values.length === 0 ? [] : [tag("ResourceRecords", values.map(value))]),
    ...(alias === undefined ? [] : [aliasElement(alias)]),
  ]);
}

function aliasElement({ target, hostedZoneId }: NonNullable<ResourceRecordSet["alias"]>): string {
  return tag("AliasTarget", [
    tag("HostedZoneId", hostedZoneId),
    tag("DNSName", `${target}.`),
    tag("EvaluateTargetHealth", "true"),
  ]);
}
