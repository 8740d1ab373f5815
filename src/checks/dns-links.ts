import { findCaIdentity, judgeCaa, type CaaFact } from "../facts/caa.ts";
import type { DelegationFact } from "../facts/delegation.ts";
import { valueOf } from "../facts/fact.ts";
import { parentsOn } from "../facts/survey.ts";
import type { ZoneAnswers } from "../facts/zone-answers.ts";
import {
  broken,
  firstTrouble,
  judgeSeen,
  onItsWay,
  risky,
  type Link,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { findExternalDns } from "./deployment.ts";
import { toSeconds } from "./moment.ts";
import { listNames } from "./nearest.ts";

/** As its chart names it. */
const EXTERNAL_DNS = { name: "external-dns", namespace: "external-dns" };

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
    evaluate: (input) => judgeSeen(input.sight.caa, (fact) => judgeRecords(input, fact)),
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
  if (soaStatus === "SERVFAIL") {
    return broken("GT-ZONE-DNSSEC", `Validating resolvers reject ${zone} (SERVFAIL).`, {
      hint: `Remove the DS record of ${zone} at the registrar, or sign the zone.`,
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
  return risky("GT-ZONE-DELEGATION-PARTIAL", reason, { hint });
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
    { hint: "Delete the one whose name servers nobody is sent to, or leave it empty." },
  );
}

function judgeRecords({ survey, facts }: LinkInput, fact: CaaFact): LinkVerdict {
  const { foundAt, records, failedAt, hostname } = fact;
  if (failedAt !== undefined) {
    return broken(
      "GT-CAA-UNREADABLE",
      `The CAA question for ${failedAt.name} ends in ${failedAt.status}; a CA does not issue then.`,
      { hint: `dig ${failedAt.name} CAA` },
    );
  }
  if (foundAt === undefined) return { state: "ok", reason: "no CAA records" };
  const acme = valueOf(facts.issuers)?.map(({ spec }) => spec.acme.server) ?? [];
  const server =
    survey.expected.acmeServer ?? acme.find((one) => findCaIdentity(one) !== undefined);
  const ca = findCaIdentity(server ?? "");
  if (ca === undefined)
    return { state: "ok", reason: `CAA of ${foundAt}; the CA's name in it is not known` };
  const verdict = judgeCaa(records, ca);
  if (verdict.allowed) return { state: "ok", reason: `CAA of ${foundAt}` };
  return broken(
    "GT-CAA-FORBIDS",
    `The CAA record of ${foundAt} forbids a certificate of ${ca} for ${hostname}: it allows ${listNames(verdict.allowedCas.map((name) => name || "nobody"))}.`,
    { hint: `Add to ${foundAt}: CAA 0 issue "${ca}"` },
  );
}

function judgeRecord(input: LinkInput, answers: ZoneAnswers): LinkVerdict {
  const { hostname } = input.target;
  const { addresses, missing, silent } = answers;
  if (addresses.length === 0 && missing.length === 0) {
    return {
      state: "unknown",
      reason: `The zone's name servers do not answer from here: ${listNames(silent)}.`,
      code: "GT-DNS-UNREACHABLE",
      hint: "Name a resolver that answers with --dns-server HOST.",
    };
  }
  if (addresses.length === 0) return judgeAbsent(input);
  const target = judgeTarget(input, addresses);
  if (target !== undefined) return target;
  if (missing.length > 0)
    return onItsWay(`${hostname} is not at ${listNames(missing)} yet`, laterHint(input));
  if (input.sight.cachedUntil !== undefined) {
    return risky(
      "GT-DNS-NEGATIVE-CACHE",
      `${hostname} is at the zone's own servers, but resolvers that were asked too early remember it as missing until ${toSeconds(input.sight.cachedUntil)}.`,
      { hint: "Wait until then; asking again does not help." },
    );
  }
  return { state: "ok", reason: listNames(addresses) };
}

/** ExternalDNS looks at routes every minute; after ten it has passed this one over. */
const WRITING_MS = 600_000;

function judgeAbsent(input: LinkInput): LinkVerdict {
  const { facts, target } = input;
  const route = valueOf(facts.routes)?.find(
    ({ metadata }) =>
      metadata.name === target.route?.name && metadata.namespace === target.route.namespace,
  );
  const parents = route === undefined ? [] : parentsOn(route, target.gateway);
  const conditions = parents.flatMap((parent) => parent.conditions);
  const since = conditions.find(({ type }) => type === "Accepted")?.lastTransitionTime;
  const more = { ...laterHint(input), since };
  const age = since === undefined ? 0 : Date.parse(facts.now) - Date.parse(since);
  if (age <= WRITING_MS)
    return onItsWay(`ExternalDNS has not written ${target.hostname} yet`, more);
  const reason = `ExternalDNS has not written ${target.hostname}, although its route has long been accepted.`;
  return broken("GT-RECORD-NOT-WRITTEN", reason, more);
}

/** What a Gateway's balancer answers with now; nothing where that is not known. */
function judgeTarget(input: LinkInput, addresses: readonly string[]): LinkVerdict | undefined {
  const { facts, sight, survey, target } = input;
  const live = valueOf(facts.gateways)?.find(
    ({ metadata }) =>
      metadata.name === target.gateway.name && metadata.namespace === target.gateway.namespace,
  );
  const names = live?.status.addresses.map(({ value }) => value) ?? [];
  const balancer = names.flatMap((name) => facts.balancers[name] ?? []);
  if (balancer.length === 0 || addresses.some((one) => balancer.includes(one))) return undefined;
  const { owner } = sight;
  const { txtOwner } = survey.expected;
  const where = `${target.hostname} points at ${listNames(addresses)}, not at the load balancer ${listNames(names)}`;
  if (owner === undefined || (txtOwner !== undefined && owner !== txtOwner)) {
    const whose =
      owner === undefined
        ? "has no TXT record of an ExternalDNS"
        : `belongs to the ExternalDNS owner "${owner}"`;
    return broken("GT-RECORD-FOREIGN", `${where}. The record ${whose}, so ours is not written.`, {
      hint: `Delete the record if nobody needs it: aws route53 list-resource-record-sets --hosted-zone-id ${valueOf(sight.zone)?.id ?? "ZONE"} --query "ResourceRecordSets[?Name=='${target.hostname}.']"`,
    });
  }
  return onItsWay(`${where} yet`, laterHint(input));
}

function laterHint(input: LinkInput) {
  const { name, namespace } = findExternalDns(input)?.metadata ?? EXTERNAL_DNS;
  return { hint: `kubectl logs deployment/${name} --namespace ${namespace ?? "default"}` };
}
