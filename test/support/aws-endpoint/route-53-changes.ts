import type { ResourceRecordSet } from "../../../src/ports/aws.ts";
import type { ZoneFixture } from "../../contract/aws/account.ts";
import { recordElement, wireName } from "./route-53-records.ts";
import { AwsFailure, elementsOf, tag, textOf, type WireReply, xmlReply } from "./wire.ts";

/** Like Route 53: a record set is deleted only if it is given exactly as it is, and all or none. */
export function deleteRecords(zone: ZoneFixture, body: string): WireReply {
  const problems: string[] = [];
  const doomed = new Set<ResourceRecordSet>();
  for (const change of elementsOf(body, "Change")) {
    const found = zone.records.find((record) => isNamed(record, change));
    const named = `[name='${textOf(change, "Name") ?? ""}', type='${textOf(change, "Type") ?? ""}']`;
    if (textOf(change, "Action") !== "DELETE")
      throw new AwsFailure(400, "InvalidInput", "DELETE only");
    if (found === undefined) {
      problems.push(`Tried to delete resource record set ${named} but it was not found`);
    } else if (contentOf(recordElement(found)) !== contentOf(change)) {
      problems.push(
        `Tried to delete resource record set ${named} but the values provided do not match the current values`,
      );
    } else {
      doomed.add(found);
    }
  }
  if (problems.length > 0) {
    throw new AwsFailure(400, "InvalidChangeBatch", `[${problems.join(", ")}]`);
  }
  zone.records = zone.records.filter((record) => !doomed.has(record));
  const info = [
    tag("Id", "/change/C1"),
    tag("Status", "PENDING"),
    tag("SubmittedAt", "2026-01-01T00:00:00Z"),
  ];
  return xmlReply(tag("ChangeResourceRecordSetsResponse", [tag("ChangeInfo", info)]));
}

function isNamed(record: ResourceRecordSet, change: string): boolean {
  return (
    wireName(record.name) === wireName(textOf(change, "Name") ?? "") &&
    record.type === textOf(change, "Type") &&
    record.setIdentifier === textOf(change, "SetIdentifier")
  );
}

const FIELDS = ["TTL", "Weight", "HostedZoneId", "DNSName", "EvaluateTargetHealth"];

function contentOf(xml: string): string {
  const values = elementsOf(xml, "ResourceRecord").map((inner) => textOf(inner, "Value"));
  return JSON.stringify([values, FIELDS.map((name) => textOf(xml, name))]);
}
