import { findShownAddresses, findStrays } from "../facts/balancers.ts";
import { findCondition } from "../facts/condition.ts";
import { valueOf } from "../facts/fact.ts";
import { parentsOn } from "../facts/survey.ts";
import type { ZoneAnswers } from "../facts/zone-answers.ts";
import { listNames } from "../nearest.ts";
import { findGateway } from "./attempt.ts";
import {
  broken,
  firstTrouble,
  onItsWay,
  risky,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { findExternalDns } from "./deployment.ts";
import { findService } from "./load-balancer-link.ts";
import { toSeconds } from "./moment.ts";

/** ExternalDNS looks at routes every minute; after ten it has passed this one over. */
const WRITING_MS = 600_000;
/** As its chart names it. */
const EXTERNAL_DNS = { name: "external-dns", namespace: "external-dns" };

/** What the zone's own servers say of the host, against its load balancer. */
export function judgeRecord(input: LinkInput, answers: ZoneAnswers): LinkVerdict {
  const { addresses, missing } = answers;
  if (addresses.length === 0) {
    return missing.length === 0 ? unseen(input, answers) : judgeAbsent(input);
  }
  return firstTrouble(
    () => judgeStrays(input, addresses),
    () => judgePartial(input, missing),
    () => judgeCache(input),
    () => ({ state: "ok", reason: listNames(addresses) }),
  );
}

function unseen({ target }: LinkInput, { silent, errors }: ZoneAnswers): LinkVerdict {
  const servers = silent.map((name) => {
    const error = errors[name];
    return error === undefined ? name : `${name} (${error})`;
  });
  return {
    state: "unknown",
    reason: `The zone's name servers say nothing of ${target.hostname} from here: ${listNames(servers)}.`,
    code: "GT-DNS-UNREACHABLE",
    hint: "Name a resolver that answers with --dns-server HOST.",
  };
}

function judgeAbsent(input: LinkInput): LinkVerdict {
  const { hostname } = input.target;
  const { since, isLate } = judgeDelay(input);
  const more = { hint: logOf(input), since };
  if (!isLate) return onItsWay(`ExternalDNS has not written ${hostname} yet`, more);
  const reason = `ExternalDNS has not written ${hostname}, although its route has long been accepted.`;
  return broken("GT-RECORD-NOT-WRITTEN", reason, more);
}

/** Addresses that are not the load balancer's: somebody else's, or ours of before. */
function judgeStrays(input: LinkInput, addresses: readonly string[]): LinkVerdict | undefined {
  const { facts, sight, survey, target } = input;
  const shown = findShownAddresses(valueOf(facts.gateways) ?? [], target.gateway);
  const strays = findStrays(facts, shown, addresses);
  if (strays.length === 0) return undefined;
  const at = `${target.hostname} points at ${listNames(strays)}`;
  const isAll = strays.length === addresses.length;
  const where = isAll
    ? `${at}, not at the load balancer ${listNames(shown)}`
    : `${at} too, which the load balancer ${listNames(shown)} does not have`;
  const why = "Who prefers that kind of address goes elsewhere; Let's Encrypt prefers IPv6.";
  const more = { hint: listCommand(input), ...(isAll ? {} : { why }) };
  const { since, isLate } = judgeDelay(input);
  if (!sight.owner.known) {
    if (!isLate) return onItsWay(`${where} yet`, { ...more, since });
    const reason = `${where}; who wrote it could not be read: ${sight.owner.reason}`;
    return broken("GT-RECORD-NOT-WRITTEN", reason, { ...more, since });
  }
  const owner = sight.owner.value;
  const { txtOwner } = survey.expected;
  if (owner !== undefined && (txtOwner === undefined || owner === txtOwner)) {
    const ours = { ...more, hint: logOf(input), since };
    if (!isLate) return onItsWay(`${where} yet`, ours);
    return broken("GT-RECORD-NOT-WRITTEN", `${where}; ExternalDNS leaves it so.`, ours);
  }
  const whose =
    owner === undefined
      ? "has no TXT record of an ExternalDNS"
      : `belongs to the ExternalDNS owner "${owner}"`;
  const effect = isAll ? ", so ours is not written" : "";
  return broken("GT-RECORD-FOREIGN", `${where}. The record ${whose}${effect}.`, {
    ...more,
    hint: `Delete the record if nobody needs it: ${listCommand(input)}`,
  });
}

/** Route 53 brings a change to all of a zone's servers within a minute. */
function judgePartial(input: LinkInput, missing: readonly string[]): LinkVerdict | undefined {
  const [first] = missing;
  if (first === undefined) return undefined;
  const { hostname } = input.target;
  const { since, isLate } = judgeDelay(input);
  if (!isLate) {
    const reason = `${hostname} is not at ${listNames(missing)} yet`;
    return onItsWay(reason, { hint: logOf(input), since });
  }
  const reason = `${hostname} is at some of the zone's name servers, and not at ${listNames(missing)}.`;
  return broken("GT-RECORD-PARTIAL", reason, {
    hint: `dig @${first} ${hostname}`,
    since,
    why: "Whoever asks one of those servers does not find the host.",
  });
}

function judgeCache({ sight, target }: LinkInput): LinkVerdict | undefined {
  if (sight.cachedUntil === undefined) return undefined;
  return risky(
    "GT-DNS-NEGATIVE-CACHE",
    `${target.hostname} is at the zone's own servers, but resolvers that were asked too early remember it as missing until ${toSeconds(sight.cachedUntil)}.`,
    { hint: "Wait until then; asking again does not help." },
  );
}

/** Since when ExternalDNS has had all that it needs: the route, the balancer, itself. */
function judgeDelay(input: LinkInput): { since: string | undefined; isLate: boolean } {
  const { facts, target } = input;
  const route = valueOf(facts.routes)?.find(
    ({ metadata }) =>
      metadata.name === target.route?.name && metadata.namespace === target.route.namespace,
  );
  const parents = route === undefined ? [] : parentsOn(route, target.gateway);
  const accepted = findCondition(
    parents.flatMap((parent) => parent.conditions),
    "Accepted",
  );
  const live = findGateway(input);
  const service = live && findService(input, live);
  const writer = findCondition(findExternalDns(input)?.status, "Available");
  const [since] = [
    accepted?.lastTransitionTime,
    service?.metadata.creationTimestamp,
    writer?.lastTransitionTime,
  ]
    .filter((one) => one !== undefined)
    .sort((a, b) => Date.parse(b) - Date.parse(a));
  const age = since === undefined ? 0 : Date.parse(facts.now) - Date.parse(since);
  return { since, isLate: accepted !== undefined && age > WRITING_MS };
}

function logOf(input: LinkInput): string {
  const { name, namespace } = findExternalDns(input)?.metadata ?? EXTERNAL_DNS;
  return `kubectl logs deployment/${name} --namespace ${namespace ?? "default"}`;
}

function listCommand({ sight, target }: LinkInput): string {
  const zone = valueOf(sight.zone)?.id ?? "ZONE";
  return `aws route53 list-resource-record-sets --hosted-zone-id ${zone} --query "ResourceRecordSets[?Name=='${target.hostname}.']"`;
}
