import { valueOf } from "../facts/fact.ts";
import type { Challenge, HttpRoute } from "../facts/objects.ts";
import { isRouteFor } from "../facts/survey.ts";
import { encloses } from "../facts/zone.ts";
import { findGateway } from "./attempt.ts";
import { broken, nameObject, onItsWay, type LinkInput, type LinkVerdict } from "./chain.ts";
import { toSeconds } from "./moment.ts";

/** cert-manager's self-check passes five times in a row; within this nothing need be wrong. */
const PATIENCE_MS = 180_000;
/** How long a missing name is remembered by the SOA record that Route 53 gives a zone. */
const NEGATIVE_TTL_MS = 900_000;
const SOLVER = "acme.cert-manager.io/http01-solver";

/** The Challenge that is told of, and since when there is one. */
export type About = { object: string; since: string | undefined };

/** cert-manager asks the path itself first; its words say which hop does not answer. */
export function judgeSelfCheck(
  input: LinkInput,
  { status: { reason } }: Challenge,
  more: About,
): LinkVerdict | undefined {
  if (!/Waiting for HTTP-01 challenge propagation|self check/.test(reason)) return undefined;
  if (/no such host/.test(reason)) return explainNoSuchHost(input, reason, more);
  if (ageOf(input, more) <= PATIENCE_MS) return onItsWay(reason, more);
  return explainSelfCheck(input, reason, more);
}

/** Asked too early, the cluster's DNS finds the name by itself; otherwise it asks elsewhere. */
function explainNoSuchHost(input: LinkInput, reason: string, more: About): LinkVerdict {
  const { cachedUntil } = input.sight;
  if (cachedUntil !== undefined || ageOf(input, more) <= NEGATIVE_TTL_MS) {
    const until = cachedUntil === undefined ? "" : ` (here until ${toSeconds(cachedUntil)})`;
    return onItsWay(`The cluster's DNS remembers the name as missing${until}: ${reason}`, more);
  }
  const { hostname } = input.target;
  const hiding = valueOf(input.facts.zones)?.find(
    (zone) => zone.private && encloses(zone.name, hostname),
  );
  const told = `${hostname} is at its zone's own servers, but not in the cluster's DNS`;
  if (hiding === undefined) {
    const hint =
      "Find the private hosted zone, the resolver rule or the CoreDNS setting that answers for the domain inside the VPC.";
    return broken("GT-CHALLENGE-HAIRPIN", `${told}: ${reason}`, { ...more, hint });
  }
  const zone = `private hosted zone ${hiding.id} (${hiding.name})`;
  const hint = `Write ${hostname} into the ${zone} too, or take the zone from the cluster's VPC: aws route53 get-hosted-zone --id ${hiding.id} --query VPCs`;
  return broken("GT-CHALLENGE-HAIRPIN", `${told}; the ${zone} may hide it: ${reason}`, {
    ...more,
    hint,
  });
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

/** In milliseconds; 0 where nobody knows since when. */
export function ageOf({ facts }: LinkInput, { since = facts.now }: About): number {
  return Date.parse(facts.now) - Date.parse(since);
}

/** The route that cert-manager made for the host's challenge; `undefined` when none is there. */
export function findSolverRoute({ facts, target }: LinkInput): HttpRoute | undefined {
  return valueOf(facts.routes)?.find(
    ({ metadata, spec }) =>
      metadata.labels?.[SOLVER] !== undefined && spec.hostnames.includes(target.hostname),
  );
}
