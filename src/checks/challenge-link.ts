import { valueOf } from "../facts/fact.ts";
import type { Challenge, HttpRoute } from "../facts/objects.ts";
import { isRouteFor } from "../facts/survey.ts";
import { explainAcmeWords } from "./acme-words.ts";
import { findAttempt, findGateway } from "./attempt.ts";
import {
  broken,
  firstTrouble,
  nameObject,
  onItsWay,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { judgeDeletion, refused } from "./conditions.ts";
import { toSeconds } from "./moment.ts";
import { attemptingOf } from "./repair.ts";

/** cert-manager's self-check passes five times in a row; within this nothing need be wrong. */
const PATIENCE_MS = 180_000;
/** As its chart names it. */
const CERT_MANAGER = { name: "cert-manager", namespace: "cert-manager" };
const SOLVER = "acme.cert-manager.io/http01-solver";

/** The Challenge: who does not answer it, and why. */
export function judgeChallenge(input: LinkInput): LinkVerdict {
  const { open, challenge, order } = findAttempt(input);
  if (!open) return { state: "ok" };
  if (challenge === undefined) {
    const isNew = order !== undefined && ["", "pending"].includes(order.status.state);
    return isNew
      ? onItsWay("the challenge is being set up")
      : { state: "ok", reason: "none is open" };
  }
  const object = nameObject("Challenge", challenge.metadata);
  const more = { object, since: challenge.metadata.creationTimestamp };
  return firstTrouble(
    () => judgeEnd(input, challenge, more),
    () => judgeDeletion(challenge.metadata, object),
    () => judgePresenting(input, challenge, more),
    () => judgeSelfCheck(input, challenge, more),
    () =>
      challenge.status.state === "valid"
        ? { state: "ok", object }
        : onItsWay(
            challenge.status.reason ||
              (challenge.status.presented === true
                ? "the CA is checking the challenge"
                : "the challenge is being set up"),
            more,
          ),
  );
}

type About = { object: string; since: string | undefined };

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

function hintForPresenting({ facts }: LinkInput, words: string): string {
  if (/sectionName must be/.test(words))
    return "Give the issuer's parentRefs one entry, with a namespace, and use cert-manager 1.20.1 or newer.";
  if (/gateway api is not enabled/i.test(words))
    return "Set config.enableGatewayAPI=true in the values of cert-manager's chart.";
  const { name, namespace } = valueOf(facts.certManagers)?.[0] ?? CERT_MANAGER;
  return `kubectl logs deployment/${name} --namespace ${namespace}`;
}

function findSolverRoute({ facts, target }: LinkInput): HttpRoute | undefined {
  return valueOf(facts.routes)?.find(
    ({ metadata, spec }) =>
      metadata.labels?.[SOLVER] !== undefined && spec.hostnames.includes(target.hostname),
  );
}

/** cert-manager asks the path itself first; its words say which hop does not answer. */
function judgeSelfCheck(
  input: LinkInput,
  { status, metadata }: Challenge,
  more: About,
): LinkVerdict | undefined {
  const { reason } = status;
  if (!/Waiting for HTTP-01 challenge propagation|self check/.test(reason)) return undefined;
  const { facts, sight } = input;
  if (/no such host/.test(reason)) {
    const until =
      sight.cachedUntil === undefined ? "" : ` (here until ${toSeconds(sight.cachedUntil)})`;
    return onItsWay(`The cluster's DNS remembers the name as missing${until}: ${reason}`, more);
  }
  const since = metadata.creationTimestamp ?? facts.now;
  if (Date.parse(facts.now) - Date.parse(since) <= PATIENCE_MS) return onItsWay(reason, more);
  return explainSelfCheck(input, reason, more);
}

function explainSelfCheck(input: LinkInput, reason: string, more: About): LinkVerdict {
  const redirect = findRedirect(input);
  if (redirect !== undefined && !/i\/o timeout|deadline exceeded/.test(reason)) {
    const { name, namespace = "default" } = redirect.metadata;
    return broken(
      "GT-REDIRECT-BREAKS-CHALLENGE",
      `The HTTPRoute ${namespace}/${name} redirects port 80, the challenge's path with it: ${reason}`,
      { ...more, hint: `kubectl delete httproute ${name} --namespace ${namespace}` },
    );
  }
  if (/i\/o timeout|deadline exceeded|connection refused|connection reset/.test(reason))
    return explainUnreachable(input, reason, more);
  const route = findSolverRoute(input);
  const idle = route && findIdleSolver(input, route);
  if (idle !== undefined) {
    const { namespace } = idle;
    return broken("GT-SOLVER-NOT-READY", `${reason}. The challenge's solver has no ready pod.`, {
      ...more,
      object: nameObject("Service", idle),
      hint: `kubectl describe pods --namespace ${namespace} --selector ${SOLVER}=true`,
    });
  }
  const hop =
    route === undefined
      ? "no solver route names the host"
      : "its route is accepted, so another server or another load balancer answers";
  return broken("GT-CHALLENGE-WRONG-ANSWER", `${reason} (${hop})`, {
    ...more,
    hint: `curl -i http://${input.target.hostname}/.well-known/acme-challenge/`,
  });
}

/** No answer at all inside the cluster: is there one outside? */
function explainUnreachable(input: LinkInput, reason: string, more: About): LinkVerdict {
  if (valueOf(input.sight.http) === undefined) {
    return broken("GT-ACME-UNREACHABLE", reason, {
      ...more,
      hint: "Open port 80 of the load balancer (scheme, security groups).",
    });
  }
  const told = `The host answers from outside, but not from inside the cluster: ${reason}`;
  return broken("GT-CHALLENGE-HAIRPIN", told, {
    ...more,
    hint: "Let the cluster reach its own load balancer (turn off client IP preservation, mend split DNS), or set waitInsteadOfSelfCheck on the issuer's solver (cert-manager 1.21).",
  });
}

/** The Service behind the solver's route, if its pod is not made or not ready. */
function findIdleSolver(
  { facts }: LinkInput,
  { metadata, spec }: HttpRoute,
): { namespace: string; name: string } | undefined {
  const slices = valueOf(facts.endpointSlices);
  const [ref] = spec.rules.flatMap(({ backendRefs }) => backendRefs);
  if (slices === undefined || ref === undefined) return undefined;
  const namespace = ref.namespace ?? metadata.namespace ?? "default";
  const own = slices.filter(
    (slice) =>
      slice.metadata.namespace === namespace &&
      slice.metadata.labels?.["kubernetes.io/service-name"] === ref.name,
  );
  const isReady = own.some(({ endpoints }) =>
    endpoints.some(({ conditions }) => conditions.ready !== false),
  );
  return isReady || own.length === 0 ? undefined : { namespace, name: ref.name };
}

/** A route of the host on port 80 that redirects everything. */
function findRedirect(input: LinkInput): HttpRoute | undefined {
  const { facts, target } = input;
  const https = findGateway(input)?.spec.listeners.filter(({ protocol }) => protocol === "HTTPS");
  return valueOf(facts.routes)?.find(
    ({ spec, metadata }) =>
      metadata.labels?.[SOLVER] === undefined &&
      isRouteFor(spec, target.hostname) &&
      spec.rules.some(({ filters }) => filters.some(({ type }) => type === "RequestRedirect")) &&
      spec.parentRefs.some(
        ({ name, sectionName }) =>
          name === target.gateway.name && !https?.some((one) => one.name === sectionName),
      ),
  );
}
