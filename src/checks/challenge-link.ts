import { valueOf } from "../facts/fact.ts";
import type { Challenge } from "../facts/objects.ts";
import { explainAcmeWords } from "./acme-words.ts";
import { findAttempt } from "./attempt.ts";
import {
  broken,
  firstTrouble,
  nameObject,
  onItsWay,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { judgeDeletion, refused } from "./conditions.ts";
import { attemptingOf } from "./repair.ts";
import { ageOf, findSolverRoute, judgeSelfCheck, type About } from "./self-check-link.ts";

/** No CA takes as long to look, and no cert-manager to set up a challenge. */
const STUCK_MS = 600_000;
/** As its chart names it. */
const CERT_MANAGER = { name: "cert-manager", namespace: "cert-manager" };

/** The Challenge: who does not answer it, and why. */
export function judgeChallenge(input: LinkInput): LinkVerdict {
  const { open, challenge, order } = findAttempt(input);
  if (!open) return { state: "ok" };
  if (challenge === undefined) {
    const isNew = order !== undefined && ["", "pending"].includes(order.status.state);
    if (!isNew) return { state: "ok", reason: "none is open" };
    const object = nameObject("Order", order.metadata);
    const since = order.metadata.creationTimestamp;
    return waitFor(input, "the challenge is being set up", { object, since });
  }
  const object = nameObject("Challenge", challenge.metadata);
  const more = { object, since: challenge.metadata.creationTimestamp };
  return firstTrouble(
    () => judgeEnd(input, challenge, more),
    () => judgeDeletion(challenge.metadata, object),
    () => judgePresenting(input, challenge, more),
    () => judgeSelfCheck(input, challenge, more),
    () => judgeRest(input, challenge, more),
  );
}

/** Nothing is wrong with it, as far as its own words say. */
function judgeRest(input: LinkInput, { status }: Challenge, more: About): LinkVerdict {
  if (status.state === "valid") return { state: "ok", object: more.object };
  // cert-manager works at sixty challenges at once, and at one of each name (pkg/scheduler).
  if (status.processing !== true)
    return onItsWay("the challenge waits for its turn behind others", more);
  const step =
    status.presented === true
      ? "the CA is checking the challenge"
      : "the challenge is being set up";
  return waitFor(input, status.reason || step, more);
}

/** What cert-manager and the CA do in seconds, and try again by themselves; not for ever. */
function waitFor(input: LinkInput, step: string, more: About): LinkVerdict {
  if (ageOf(input, more) <= STUCK_MS) return onItsWay(step, more);
  const { name, namespace } = findCertManager(input);
  const hint = `kubectl logs deployment/${name} --namespace ${namespace}`;
  return broken("GT-CHALLENGE-STUCK", `For more than ten minutes: ${step}`, { ...more, hint });
}

const findCertManager = ({ facts }: LinkInput): { name: string; namespace: string } =>
  valueOf(facts.certManagers)?.[0] ?? CERT_MANAGER;

function judgeEnd(input: LinkInput, { status }: Challenge, more: About): LinkVerdict | undefined {
  if (!["invalid", "errored", "expired"].includes(status.state)) return undefined;
  const { code, hint } = explainAcmeWords(status.reason, attemptingOf(input));
  const words = status.reason || `the challenge is ${status.state}`;
  return broken(code, `The CA did not accept the answer: ${words}`, { ...more, hint });
}

/** The solver's route cannot be made, or no listener takes it. */
function judgePresenting(
  input: LinkInput,
  { status, metadata }: Challenge,
  more: About,
): LinkVerdict | undefined {
  const event = valueOf(input.facts.events)?.findLast(
    ({ reason, involvedObject: { kind, name } }) =>
      reason === "PresentError" && kind === "Challenge" && name === metadata.name,
  );
  const words =
    event?.message ??
    (/couldn't Present|Error presenting/.test(status.reason) ? status.reason : undefined);
  if (words !== undefined && status.presented !== true) {
    return broken("GT-SOLVER-NOT-PRESENTED", words, {
      ...more,
      hint: hintForPresenting(input, words),
    });
  }
  const route = findSolverRoute(input);
  const bad = route?.status.parents
    .flatMap(({ conditions }) => conditions)
    .find(({ type, status }) => type === "Accepted" && status === "False");
  if (route === undefined || bad === undefined) return undefined;
  const onListenerSet = route.spec.parentRefs.some(({ kind }) => kind === "ListenerSet");
  const hint = onListenerSet
    ? 'Annotate the ListenerSet, so that the challenge goes to its Gateway: acme.cert-manager.io/http01-parentreffallback: "true"'
    : "Let the Gateway's listener on port 80 admit routes of its own namespace (allowedRoutes).";
  return refused("GT-SOLVER-ROUTE-REFUSED", bad, nameObject("HTTPRoute", route.metadata), hint);
}

function hintForPresenting(input: LinkInput, words: string): string {
  if (/sectionName must be/.test(words))
    return "Give the issuer's parentRefs one entry, with a namespace, and use cert-manager 1.20.1 or newer.";
  if (/gateway api is not enabled/i.test(words))
    return "Set config.enableGatewayAPI=true in the values of cert-manager's chart.";
  const { name, namespace } = findCertManager(input);
  return `kubectl logs deployment/${name} --namespace ${namespace}`;
}
