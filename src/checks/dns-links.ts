import type { DelegationFact } from "../facts/delegation.ts";
import { valueOf } from "../facts/fact.ts";
import { listNames } from "../nearest.ts";
import { judgeCaaRecords } from "./caa-link.ts";
import {
  broken,
  firstTrouble,
  judgeSeen,
  risky,
  type Link,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { judgeRecord } from "./record-link.ts";

/** From the parent zone to the host's record. */
export const dnsLinks: readonly Link[] = [
  {
    id: "delegation",
    title: "Hosted zone delegated",
    why: "Where the parent zone names other servers, nobody sees the records.",
    after: ["installation"],
    evaluate: (input) =>
      firstTrouble(
        () => judgeSeen(input.sight.delegation, judgeDelegation),
        () => judgeTwins(input),
        () => ({ state: "ok", reason: valueOf(input.sight.delegation)?.delegated.join(", ") }),
      ),
  },
  {
    id: "caa",
    title: "CAA allows the CA",
    why: "A CA that a CAA record leaves out refuses every certificate, renewals too.",
    after: ["delegation"],
    evaluate: (input) => judgeSeen(input.sight.caa, (fact) => judgeCaaRecords(input, fact)),
  },
  {
    id: "record",
    title: "Record points at the load balancer",
    why: "Browsers and the CA find the host by it.",
    after: [
      "delegation",
      "external-dns",
      "external-dns-identity",
      "external-dns-scope",
      "load-balancer",
      "route",
    ],
    evaluate: (input) => judgeSeen(input.sight.answers, (answers) => judgeRecord(input, answers)),
  },
];

function judgeDelegation({
  zone,
  delegated,
  expected,
  soaStatus,
  ds,
  parent,
}: DelegationFact): LinkVerdict {
  const hint = `Set exactly these name servers for ${zone} at its registrar or in its parent zone: ${expected.join(", ")}`;
  if (delegated.length === 0 && soaStatus !== "SERVFAIL") {
    const reason = `Nobody delegates ${zone}: ${parent ?? "its parent zone"} has no name servers for it.`;
    return broken("GT-ZONE-NOT-DELEGATED", reason, { hint });
  }
  if (delegated.length > 0 && !expected.some((name) => delegated.includes(name))) {
    const reason = `${zone} is delegated to ${listNames(delegated)}, not to its hosted zone.`;
    return broken("GT-ZONE-NOT-DELEGATED", reason, { hint });
  }
  if (soaStatus === "SERVFAIL" && ds === false) {
    const reason = `Resolvers fail on ${zone} (${soaStatus}): the name servers that they are sent to do not answer for it.`;
    return broken("GT-ZONE-BROKEN", reason, {
      hint: `Compare what they are asked with the hosted zone: dig +trace ${zone} SOA`,
    });
  }
  if (soaStatus === "SERVFAIL") {
    return broken("GT-ZONE-DNSSEC", `Validating resolvers reject ${zone} (SERVFAIL).`, {
      hint: `Remove the DS record of ${zone} at the registrar, or sign the zone.`,
      why: "The CA validates signatures too, and issues nothing for a name whose answer it rejects.",
    });
  }
  const extra = delegated.filter((name) => !expected.includes(name));
  const missing = expected.filter((name) => !delegated.includes(name));
  if (extra.length > 0) {
    const reason = `The parent of ${zone} also names ${listNames(extra)}, which do not have its records.`;
    return broken("GT-ZONE-NOT-DELEGATED", reason, { hint });
  }
  if (missing.length === 0) return { state: "ok" };
  const reason = `The parent of ${zone} does not name ${listNames(missing)}.`;
  const why = "With fewer servers to ask, the hosts are more easily out of reach.";
  return risky("GT-ZONE-DELEGATION-PARTIAL", reason, { hint, why });
}

/** A second public zone of the same name: records written there are seen by nobody. */
function judgeTwins({ facts, sight }: LinkInput): LinkVerdict | undefined {
  const zones = valueOf(facts.zones) ?? [];
  const own = valueOf(sight.zone)?.name;
  const twins = zones.filter((zone) => !zone.private && zone.name === own);
  if (twins.length < 2) return undefined;
  return risky(
    "GT-ZONE-TWINS",
    `${twins.length} public hosted zones are named ${own ?? ""}: ${listNames(twins.map(({ id }) => id))}. Only one is delegated to.`,
    {
      hint: "Delete the one whose name servers nobody is sent to, or leave it empty.",
      why: "Records that are written into the other one are seen by nobody.",
    },
  );
}
