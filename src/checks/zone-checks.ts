import type { ZoneFact } from "../facts/zone.ts";
import type { DelegationFact } from "../facts/delegation.ts";
import { valueOf } from "../facts/fact.ts";
import { findNearest, listNames } from "../nearest.ts";
import {
  failed,
  judge,
  judgeIfSeen,
  ok,
  warning,
  type Check,
  type CheckInput,
  type Verdict,
} from "./check.ts";

/** The hosted zone, and whether the world asks it. */
export const zoneChecks: readonly Check[] = [
  {
    id: "zone",
    title: "Exactly one public hosted zone holds the domain",
    after: ["caller"],
    evaluate: (input) => judge(input.facts.zone, (zone) => judgeZone(input, zone)),
  },
  {
    id: "private-zone",
    title: "No private zone hides the domain from the cluster",
    after: ["zone"],
    evaluate: ({ facts, config }) =>
      judge(facts.zone, ({ privateZones }) => {
        const [zone] = privateZones;
        if (zone === undefined) return ok();
        return warning(
          "GT-ZONE-PRIVATE",
          `The private hosted zone ${zone.name} (${zone.id}) answers for ${config.domain} in its VPCs: if the cluster's is one of them, cert-manager's own check cannot see the public records.`,
          `aws route53 get-hosted-zone --id ${zone.id} --query VPCs`,
        );
      }),
  },
  {
    id: "delegation",
    title: "The parent zone delegates to the hosted zone's name servers",
    after: ["zone"],
    evaluate: (input) =>
      judgeIfSeen(input.facts.delegation, (fact) => judgeDelegation(input, fact)),
  },
  {
    id: "dnssec",
    title: "Validating resolvers accept the zone",
    after: ["delegation"],
    evaluate: ({ facts }) => judgeIfSeen(facts.delegation, judgeDnssec),
  },
];

function judgeZone({ config }: CheckInput, fact: ZoneFact): Verdict {
  if (fact.zone !== undefined) return ok(`${fact.zone.name} (${fact.zone.id})`);
  if (fact.zoneIdProblem !== undefined)
    return judgeZoneId(config.zoneId ?? "", config.domain, fact);
  if (fact.candidates.length > 1) {
    const [first] = fact.candidates;
    const ids = fact.candidates.map(({ id }) => id);
    const twins = `${ids.length} public hosted zones are named ${first?.name ?? ""}: ${listNames(ids)}.`;
    const { delegated } = fact;
    if (delegated !== undefined) {
      return failed(
        "GT-ZONE-TWINS",
        `${twins} The world asks ${delegated.id}: its parent zone delegates to that one.`,
        `Use --zone-id ${delegated.id}, or delete the others if nobody needs them.`,
      );
    }
    return failed(
      "GT-ZONE-TWINS",
      `${twins} The world asks one of them at most, and which could not be seen from here.`,
      `Give the right one with --zone-id; compare its name servers with those at your registrar: aws route53 get-hosted-zone --id ${first?.id ?? ""} --query DelegationSet.NameServers`,
    );
  }
  const names = fact.publicZones.map(({ name }) => name);
  const nearest = findNearest(config.domain, names);
  const has = names.length === 0 ? "It has none." : `It has: ${listNames(names)}.`;
  return failed(
    "GT-ZONE-NOT-FOUND",
    `The account has no public hosted zone for ${config.domain}. ${has}`,
    nearest === undefined
      ? `aws route53 create-hosted-zone --name ${config.domain} --caller-reference ${config.domain}`
      : `Did you mean --domain ${nearest}? Otherwise create the zone, or use the --profile of the account that has it.`,
  );
}

function judgeZoneId(zoneId: string, domain: string, fact: ZoneFact): Verdict {
  const ids = fact.candidates.map(({ id, name }) => `${id} (${name})`);
  const why = {
    absent: `The account has no hosted zone ${zoneId}.`,
    private: `The hosted zone ${zoneId} is private: the CA and your users cannot see it.`,
    elsewhere: `The hosted zone ${zoneId} does not hold ${domain}.`,
  };
  return failed(
    "GT-ZONE-ID",
    why[fact.zoneIdProblem ?? "absent"],
    ids.length === 0
      ? `Create a public zone for ${domain}, or use the --profile of the account that has it.`
      : `Give --zone-id with one of: ${listNames(ids)}.`,
  );
}

function judgeDelegation(input: CheckInput, fact: DelegationFact): Verdict {
  const { zone, delegated, expected, source } = fact;
  if (fact.soaStatus === "SERVFAIL" && delegated.length === 0 && source === "recursive") {
    // Who delegates cannot be seen through a resolver that rejects the zone: the next check tells.
    return fact.ds === true ? ok("not visible behind broken signatures") : undelegated(input, fact);
  }
  if (delegated.length === 0) return undelegated(input, fact);
  const missing = expected.filter((name) => !delegated.includes(name));
  const extra = delegated.filter((name) => !expected.includes(name));
  if (missing.length === 0 && extra.length === 0) return ok(delegated.join(", "));
  if (extra.length === 0) {
    return warning(
      "GT-ZONE-DELEGATION-PARTIAL",
      `The parent of ${zone} hands out only ${listNames(delegated)}; ${listNames(missing)} of the zone's name servers ${missing.length === 1 ? "is" : "are"} missing.`,
      recordsToSet(input, fact),
    );
  }
  const seen = source === "parent" ? `The parent zone hands out` : "Resolvers see";
  return failed(
    "GT-ZONE-NOT-DELEGATED",
    `${seen} other name servers for ${zone} than its hosted zone has: ${listNames(delegated)}.`,
    recordsToSet(input, fact),
  );
}

function undelegated(input: CheckInput, fact: DelegationFact): Verdict {
  return failed(
    "GT-ZONE-NOT-DELEGATED",
    `Nobody delegates ${fact.zone}: ${fact.parent ?? "its parent zone"} has no name servers for it, so no record in its hosted zone is ever seen.`,
    recordsToSet(input, fact),
  );
}

/** Where the NS records go: at the registrar, or in the parent's hosted zone. */
function recordsToSet({ facts }: CheckInput, { zone, parent, expected }: DelegationFact): string {
  const inAccount = valueOf(facts.zone)?.publicZones.find(({ name }) => name === parent);
  if (inAccount !== undefined) {
    return `In the hosted zone ${inAccount.name} (${inAccount.id}) set: ${zone} NS ${expected.join(" ")}`;
  }
  const where =
    parent === undefined || parent.split(".").length === 1
      ? `At the registrar of ${zone} set these name servers`
      : `In the zone ${parent}, or at the registrar of ${zone}, set these name servers`;
  return `${where} and no others: ${expected.join(", ")}`;
}

function judgeDnssec({ zone, ds, soaStatus, parent, source }: DelegationFact): Verdict {
  if (soaStatus === "NOERROR") return ok(ds === true ? "signed" : undefined);
  if (soaStatus === "NXDOMAIN" && source === "parent") {
    return warning(
      "GT-ZONE-CACHED",
      `The parent delegates ${zone}, but your resolver still remembers that it is missing.`,
      "Wait until it forgets (15 minutes to a day), or name another resolver with --dns-server HOST.",
    );
  }
  if (soaStatus === undefined || soaStatus === "REFUSED") {
    return {
      state: "unknown",
      code: "GT-DNS-UNREACHABLE",
      message: `No resolver answers for ${zone}, so its signatures could not be seen.`,
      hint: "Name a resolver that answers with --dns-server HOST.",
    };
  }
  if (ds === true) {
    return failed(
      "GT-ZONE-DNSSEC",
      `Validating resolvers reject ${zone} (${soaStatus}): ${parent ?? "its parent"} publishes a DS record that the hosted zone's keys do not match.`,
      `Remove the DS record of ${zone} at the registrar, or sign the zone with the key it names.`,
    );
  }
  return failed(
    "GT-ZONE-BROKEN",
    `Resolvers fail on ${zone} with ${soaStatus}: the name servers they were sent to do not answer for it.`,
    `Compare what they are asked with the hosted zone: dig +trace ${zone} SOA`,
  );
}
