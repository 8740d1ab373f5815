import { findCaIdentity, judgeCaa, type CaaFact } from "../facts/caa.ts";
import type { Fact } from "../facts/fact.ts";
import type { HostRecords } from "../facts/records.ts";
import { listNames } from "../nearest.ts";
import { describeRefusal } from "./caa-refusal.ts";
import {
  failed,
  failedFor,
  judge,
  judgeIfSeen,
  ok,
  warning,
  type Check,
  type CheckInput,
  type Verdict,
} from "./check.ts";

/** What DNS already says at the hosts' names. */
export const dnsChecks: readonly Check[] = [
  {
    id: "caa",
    title: "CAA records allow the CA to issue",
    after: ["delegation", "dnssec"],
    evaluate: ({ config, facts }) =>
      worst(facts.caa, (fact) => judgeHost(fact, config.acme.server)),
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

function judgeHost({ hostname, foundAt, records, failedAt }: CaaFact, server: string): Verdict {
  if (failedAt !== undefined) {
    return failed(
      "GT-CAA-UNREADABLE",
      `The CAA question for ${failedAt.name} ends in ${failedAt.status}; a CA that cannot read CAA does not issue for ${hostname}.`,
      `Let the name servers of ${failedAt.name} answer: dig ${failedAt.name} CAA`,
    );
  }
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
  if (!verdict.allowed) {
    const { reason, hint } = describeRefusal({ hostname, foundAt, ca }, verdict);
    return failed("GT-CAA-FORBIDS", reason, hint);
  }
  if (verdict.accounts.length === 0) return ok(`CAA of ${foundAt}`);
  return warning(
    "GT-CAA-ACCOUNT",
    `The CAA record of ${foundAt} allows one ACME account only, ${listNames(verdict.accounts)}, and a new one will be registered here.`,
    `Add to ${foundAt}: CAA 0 issue "${ca}"`,
  );
}

const ORDER = ["failed", "warning", "unknown", "ok"] as const;

/** One verdict for several hosts: the worst of them, all being read by the same rule. */
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
