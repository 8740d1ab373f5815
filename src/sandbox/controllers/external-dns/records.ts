import type { ResourceRecordSet } from "../../../ports/aws.ts";
import type { Arguments } from "./arguments.ts";
import type { Endpoint } from "./endpoints.ts";

/** Where Route 53 keeps network load balancers of eu-west-1 (AWS General Reference). */
const NLB_ZONE = "Z2IFOLAFXWLO4F";
const TXT_TTL_SECONDS = 300;

/** The record sets of one host: aliases, and who owns them. */
export function recordsOf(endpoint: Endpoint, args: Arguments, minor: number): ResourceRecordSet[] {
  const { name, target, resource } = endpoint;
  const alias = { target, hostedZoneId: NLB_ZONE };
  // AAAA aliases came with 0.16.1; up to 0.21 an alias's TXT is named after CNAME.
  const types = minor < 16 ? ["A"] : ["A", "AAAA"];
  const txtTypes = minor < 16 ? ["cname"] : [minor < 22 ? "cname" : "a", "aaaa"];
  const heritage = `"heritage=external-dns,external-dns/owner=${args.txtOwnerId},external-dns/resource=${resource}"`;
  return [
    ...types.map((type) => ({ name, type, values: [], alias })),
    ...txtTypes.map((type) => ({
      name: txtName(name, type, args.txtPrefix),
      type: "TXT",
      ttlSeconds: TXT_TTL_SECONDS,
      values: [heritage],
    })),
  ];
}

/** registry/txt/registry.go: the type goes where the prefix says, else before the name. */
export function txtName(host: string, recordType: string, prefix: string): string {
  return prefix.includes("%{record_type}")
    ? `${prefix.replace("%{record_type}", recordType)}${host}`
    : `${prefix}${recordType}-${host}`;
}
