import type { DnsRecord, Resolver } from "../ports/network.ts";
import { refusedQuestion } from "./delegation.ts";
import { readFact, type Fact } from "./fact.ts";

/** One CAA record, its value taken apart (RFC 8659, section 4). */
export interface CaaRecord {
  critical: boolean;
  /** Lower case: `issue`, `issuewild`, `iodef`, ... */
  tag: string;
  /** For issue and issuewild the CA's name, `""` for nobody; otherwise the whole value. */
  value: string;
  /** `accounturi`, `validationmethods`, ... by lower-case name. */
  parameters: Record<string, string>;
}

/** The CAA records that a CA would look at for one host. */
export interface CaaFact {
  hostname: string;
  /** The name whose CAA records decide, or `undefined` when no name above has any. */
  foundAt: string | undefined;
  /** All of that name; empty where none were found, and any CA may issue. */
  records: CaaRecord[];
  /** A name whose CAA question ended in SERVFAIL or another failure: a CA refuses then. */
  failedAt: { name: string; status: string } | undefined;
}

/**
 * The CAA records that decide for `hostname`: those of the nearest name, from itself upwards, that
 * has any (RFC 8659, section 3). The recursive resolver follows CNAMEs.
 */
export async function readCaa(resolver: Resolver, hostname: string): Promise<Fact<CaaFact>> {
  return readFact(async () => {
    for (const name of climb(hostname)) {
      const { status, answers } = await resolver.query(name, "CAA");
      if (status === "REFUSED") throw refusedQuestion(name);
      if (status !== "NOERROR" && status !== "NXDOMAIN") {
        return { hostname, foundAt: undefined, records: [], failedAt: { name, status } };
      }
      const records = answers.filter(({ type }) => type === "CAA").flatMap(parseCaa);
      if (records.length > 0) return { hostname, foundAt: name, records, failedAt: undefined };
    }
    return { hostname, foundAt: undefined, records: [], failedAt: undefined };
  });
}

/** The name and every name above it, without the root; a wildcard counts as the name below it. */
export function climb(hostname: string): string[] {
  const labels = hostname.replace(/^\*\./, "").split(".");
  return labels.map((_, index) => labels.slice(index).join("."));
}

function parseCaa({ value }: DnsRecord): CaaRecord[] {
  const match = /^(\d+)\s+([0-9A-Za-z]+)\s+"?(.*?)"?$/.exec(value);
  const [, flags, rawTag, text] = match ?? [];
  if (flags === undefined || rawTag === undefined || text === undefined) return [];
  const critical = (Number(flags) & 128) !== 0;
  const tag = rawTag.toLowerCase();
  if (tag !== "issue" && tag !== "issuewild")
    return [{ critical, tag, value: text, parameters: {} }];
  const [ca = "", ...rest] = text.split(";").map((part) => part.trim());
  const pairs = rest.flatMap((part) => {
    const at = part.indexOf("=");
    return at < 0 ? [] : [[part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()]];
  });
  return [{ critical, tag, value: ca.toLowerCase(), parameters: Object.fromEntries(pairs) }];
}

/** The name a CA looks for in CAA records; `undefined` when we do not know the CA of this server. */
export function findCaIdentity(acmeServer: string): string | undefined {
  const host = URL.canParse(acmeServer) ? new URL(acmeServer).hostname : "";
  return host === "letsencrypt.org" || host.endsWith(".letsencrypt.org")
    ? "letsencrypt.org"
    : undefined;
}

/** What CAA records say about a certificate by HTTP-01 for one name (RFC 8659 and RFC 8657). */
export type CaaVerdict =
  | { allowed: true; accounts: string[] }
  | { allowed: false; because: "ca" | "method" | "critical"; allowedCas: string[] };

/** What CAs know beside the RFC's own: IANA's registry of CAA properties. */
const KNOWN_TAGS = [
  "issue",
  "issuewild",
  "issuemail",
  "issuevmc",
  "iodef",
  "contactemail",
  "contactphone",
];

/** Whether `ca` may issue; `accounts`: the only ACME accounts that may, or none where each may. */
export function judgeCaa(records: readonly CaaRecord[], ca: string): CaaVerdict {
  const allowedCas = records.filter(({ tag }) => tag === "issue").map(({ value }) => value);
  if (records.some(({ critical, tag }) => critical && !KNOWN_TAGS.includes(tag))) {
    return { allowed: false, because: "critical", allowedCas };
  }
  if (allowedCas.length === 0) return { allowed: true, accounts: [] };
  const ofCa = records.filter(({ tag, value }) => tag === "issue" && value === ca);
  if (ofCa.length === 0) return { allowed: false, because: "ca", allowedCas };
  const byHttp = ofCa.filter(({ parameters }) => {
    const methods = parameters["validationmethods"];
    return methods === undefined || methods.split(",").some((one) => one.trim() === "http-01");
  });
  if (byHttp.length === 0) return { allowed: false, because: "method", allowedCas };
  const accounts = byHttp.map(({ parameters }) => parameters["accounturi"]);
  const named = accounts.filter((account) => account !== undefined);
  return { allowed: true, accounts: named.length < accounts.length ? [] : named };
}
