import { findCaIdentity, judgeCaa, type CaaFact } from "../facts/caa.ts";
import type { Fact } from "../facts/fact.ts";
import type { HostRecords } from "../facts/records.ts";
import { listNames } from "../nearest.ts";
import { describeRefusal } from "./caa-refusal.ts";
import {
  failedFor,
  judge,
  judgeIfSeen,
  ok,
  warning,
  type Check,
  type CheckInput,
  type Finding,
  type Verdict,
} from "./check.ts";

/** What DNS already says at the hosts' names. */
export const dnsChecks: readonly Check[] = [
  {
    id: "caa",
    title: "CAA records allow the CA to issue",
    after: ["delegation", "dnssec"],
    evaluate: judgeHosts,
  },
  {
    id: "records",
    title: "No foreign record is in the way",
    after: ["zone"],
    evaluate: (input) =>
      judge(input.facts.records, (hosts) => {
        const foreign = hosts.filter((host) => isInTheWay(host, input.names?.txtOwner));
        return foreign.length === 0 ? ok() : describeForeign(input, foreign);
      }),
  },
];

/** What forbids a host its certificate comes first; else the worst, all being read by one rule. */
function judgeHosts(input: CheckInput): Verdict {
  const { config, facts, about } = input;
  const { server } = config.acme;
  const refusals = facts.caa.flatMap((fact) => (fact.known ? findRefusal(fact.value, server) : []));
  const [first] = refusals;
  if (first === undefined) return worst(facts.caa, (fact) => judgeAllowed(fact, server));
  const hostnames = refusals.map(({ hostname }) => hostname);
  const meant = refusals.find(({ hostname }) => about?.includes(hostname)) ?? first;
  const { code } = meant.finding(meant.hostname);
  const { message, hint } = joinFindings([meant, ...refusals]);
  return failedFor(input, hostnames, { code, message, hint });
}

/** Why the CA may not issue for one host, told of all hosts that share the cause. */
interface HostRefusal {
  hostname: string;
  /** The name whose records decide, or cannot be read. */
  at: string;
  finding: (hostnames: string) => Required<Finding>;
}

function findRefusal(
  { hostname, foundAt, records, failedAt }: CaaFact,
  server: string,
): HostRefusal[] {
  if (failedAt !== undefined) {
    const { name, status } = failedAt;
    const finding = (hostnames: string) => ({
      code: "GT-CAA-UNREADABLE" as const,
      message: `The CAA question for ${name} ends in ${status}; a CA that cannot read CAA does not issue for ${hostnames}.`,
      hint: `Let the name servers of ${name} answer: dig ${name} CAA`,
    });
    return [{ hostname, at: name, finding }];
  }
  const ca = findCaIdentity(server);
  if (foundAt === undefined || ca === undefined) return [];
  const verdict = judgeCaa(records, ca);
  if (verdict.allowed) return [];
  const finding = (hostnames: string) => {
    const { reason, hint } = describeRefusal({ hostname: hostnames, foundAt, ca }, verdict);
    return { code: "GT-CAA-FORBIDS" as const, message: reason, hint };
  };
  return [{ hostname, at: foundAt, finding }];
}

/** One sentence and one action for each cause, the first refusal's first. */
function joinFindings(refusals: readonly HostRefusal[]): { message: string; hint: string } {
  const causes = refusals.filter(
    ({ at }, index) => refusals.findIndex((one) => one.at === at) === index,
  );
  const findings = causes.map(({ at, finding }) => {
    const same = refusals.filter((one) => one.at === at).map(({ hostname }) => hostname);
    const hostnames = [...new Set(same)];
    return finding(listNames(hostnames, hostnames.length));
  });
  return {
    message: findings.map(({ message }) => message).join(" "),
    hint: findings.map(({ hint }) => hint).join("; "),
  };
}

function judgeAllowed({ foundAt, records }: CaaFact, server: string): Verdict {
  if (foundAt === undefined) return ok("no CAA records");
  const ca = findCaIdentity(server);
  if (ca === undefined) {
    return {
      state: "unknown",
      code: "GT-CAA-CA-UNKNOWN",
      message: `${foundAt} has CAA records, and which name in them means ${server} is not known.`,
      hint: `Check that one of these is your CA: dig ${foundAt} CAA`,
    };
  }
  const verdict = judgeCaa(records, ca);
  if (!verdict.allowed || verdict.accounts.length === 0) return ok(`CAA of ${foundAt}`);
  return warning(
    "GT-CAA-ACCOUNT",
    `The CAA record of ${foundAt} allows one ACME account only, ${listNames(verdict.accounts)}, and a new one will be registered here.`,
    `Add to ${foundAt}: CAA 0 issue "${ca}"`,
  );
}

const ORDER = ["failed", "warning", "unknown", "ok"] as const;

/** One verdict for several hosts: the worst of them. */
function worst<T>(facts: readonly Fact<T>[], evaluate: (value: T) => Verdict): Verdict {
  const verdicts = facts.map((fact) => judgeIfSeen(fact, evaluate));
  for (const state of ORDER) {
    const found = verdicts.find((verdict) => verdict.state === state);
    if (found !== undefined) return found;
  }
  return ok();
}

function isInTheWay({ records, owner }: HostRecords, txtOwner: string | undefined): boolean {
  return records.length > 0 && (owner === undefined || owner !== txtOwner);
}

function describeForeign(input: CheckInput, foreign: readonly HostRecords[]): Verdict {
  const texts = foreign.map(({ hostname, records, owner }) => {
    const found = records.map(({ type, values, alias }) =>
      [type, ...(alias === undefined ? values : [alias.target])].join(" "),
    );
    return `${hostname} ${found.join(" and ")} (${describeWriter(owner)})`;
  });
  const { zone } = input.facts;
  const id = zone.known ? zone.value.zone?.id : undefined;
  const names = foreign.slice(0, 3).map(({ hostname }) => `'${hostname}.'`);
  return failedFor(
    input,
    foreign.map(({ hostname }) => hostname),
    {
      code: "GT-RECORD-FOREIGN",
      message: `ExternalDNS replaces only what it wrote itself, and these are in the way: ${listNames(texts)}.`,
      hint: `Delete what nobody needs, or choose other hosts. To see it: aws route53 list-resource-record-sets --hosted-zone-id ${id ?? ""} --query "ResourceRecordSets[?contains([${names.join(",")}],Name)]"`,
    },
  );
}

function describeWriter(owner: string | undefined): string {
  if (owner === undefined) return "written by hand or another tool";
  return owner.startsWith("gateway-tls.")
    ? `of another gateway-tls installation, ${owner}`
    : `of the ExternalDNS owner "${owner}"`;
}
