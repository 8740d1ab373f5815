import { isCurrent, type Condition } from "../facts/condition.ts";
import { valueOf } from "../facts/fact.ts";
import type { HttpRoute } from "../facts/objects.ts";
import { isRouteOf, parentsOn } from "../facts/survey.ts";
import { listNames } from "../nearest.ts";
import {
  broken,
  firstTrouble,
  judgeSeen,
  nameObject,
  onItsWay,
  risky,
  type Link,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { judgeDeletion, refused, wordsOf } from "./conditions.ts";
import { gatewayLogs } from "./controllers.ts";
import { awaitController } from "./patience.ts";
import { repairHint } from "./repair.ts";

/** The host's route and what stands behind it. */
export const routeLinks: readonly Link[] = [
  {
    id: "route",
    title: "HTTPRoute accepted",
    why: "ExternalDNS and the gateway pass over a route that is not accepted.",
    after: ["gateway"],
    unless: ["listener"],
    evaluate: (input) => judgeSeen(input.facts.routes, (routes) => judgeRoute(input, routes)),
  },
  {
    id: "backend",
    title: "Backend has ready endpoints",
    why: "Without a ready pod behind it the host answers 502 or 503.",
    after: ["route"],
    evaluate: judgeBackends,
  },
];

/** The host's own route, or another that serves it. */
export function findRoute(
  { target }: LinkInput,
  routes: readonly HttpRoute[],
): HttpRoute | undefined {
  const named = routes.find(
    ({ metadata }) =>
      metadata.name === target.route?.name && metadata.namespace === target.route.namespace,
  );
  return named ?? routes.find((route) => isRouteOf(route, target.gateway, target.hostname));
}

function judgeRoute(input: LinkInput, routes: readonly HttpRoute[]): LinkVerdict {
  const { hostname } = input.target;
  const live = findRoute(input, routes);
  if (live === undefined)
    return broken("GT-ROUTE-MISSING", `No HTTPRoute names ${hostname}.`, {
      hint: repairHint(input, "kubectl get httproutes --all-namespaces"),
    });
  const object = nameObject("HTTPRoute", live.metadata);
  const parents = parentsOn(live, input.target.gateway);
  const conditions = parents.flatMap((parent) => parent.conditions);
  return firstTrouble(
    () => judgeDeletion(live.metadata, object),
    () => {
      const isNew = parents.length === 0;
      if (!isNew && conditions.every((one) => isCurrent(one, live.metadata.generation)))
        return undefined;
      const { changedAt, creationTimestamp } = live.metadata;
      const reason = isNew
        ? "no controller has looked at the route yet"
        : "the controller has not looked at the route's last change yet";
      const since = changedAt ?? (isNew ? creationTimestamp : undefined);
      return awaitController(input, { reason, since, object }, gatewayLogs(input, object));
    },
    () => {
      const accepted = conditions.find(
        ({ type, status }) => type === "Accepted" && status === "False",
      );
      return accepted && judgeRefusal(input, live, accepted);
    },
    () => ({ state: "ok", object }),
  );
}

/** A route on a listener that waits for its certificate is not accepted until there is one. */
function judgeRefusal(input: LinkInput, live: HttpRoute, accepted: Condition): LinkVerdict {
  const object = nameObject("HTTPRoute", live.metadata);
  const since = accepted.lastTransitionTime;
  if (accepted.reason !== "InvalidListener" || !awaitsCertificate(input))
    return refused("GT-ROUTE-REFUSED", accepted, object);
  const answers = valueOf(input.sight.answers);
  if (answers !== undefined && answers.addresses.length === 0 && answers.missing.length > 0) {
    const { name, namespace = "default" } = live.metadata;
    return broken(
      "GT-ROUTE-WAITS-FOR-CERTIFICATE",
      `The route hangs on the HTTPS listener only, which waits for a certificate; so ExternalDNS writes no record, and without it there is no certificate.`,
      {
        object,
        since,
        hint: repairHint(
          input,
          `Let it hang on port 80 too (a second parentRef with the HTTP listener's sectionName): kubectl edit httproute ${name} --namespace ${namespace}`,
        ),
      },
    );
  }
  return onItsWay(`expected until the first issuance: ${wordsOf(accepted)}`, { object, since });
}

function awaitsCertificate({ facts, target }: LinkInput): boolean {
  const live = valueOf(facts.gateways)?.find(
    ({ metadata }) =>
      metadata.name === target.gateway.name && metadata.namespace === target.gateway.namespace,
  );
  const status = live?.status.listeners.find(({ name }) => name === target.listener);
  return status?.conditions.some(({ reason }) => reason === "InvalidCertificateRef") === true;
}

function judgeBackends(input: LinkInput): LinkVerdict {
  const { facts, target } = input;
  const live = findRoute(input, valueOf(facts.routes) ?? []);
  const conditions =
    live === undefined
      ? []
      : parentsOn(live, target.gateway).flatMap((parent) => parent.conditions);
  const refs = conditions.find(({ type, status }) => type === "ResolvedRefs" && status === "False");
  if (refs !== undefined && live !== undefined)
    return refused("GT-BACKEND-UNRESOLVED", refs, nameObject("HTTPRoute", live.metadata));
  if (target.backends.length === 0) return { state: "ok", reason: "no Service behind the route" };
  return judgeSeen(facts.endpointSlices, (slices) => {
    const empty = target.backends.filter(
      ({ namespace, name }) =>
        !slices.some(
          ({ metadata, endpoints }) =>
            metadata.namespace === namespace &&
            metadata.labels?.["kubernetes.io/service-name"] === name &&
            endpoints.some(({ conditions }) => conditions.ready !== false),
        ),
    );
    const names = target.backends.map(({ namespace, name }) => `${namespace}/${name}`);
    const [first] = empty;
    if (first === undefined) return { state: "ok", reason: listNames(names) };
    const more = {
      object: `Service ${first.namespace}/${first.name}`,
      hint: `kubectl get pods --namespace ${first.namespace}`,
    };
    const reason = `The Service ${first.namespace}/${first.name} has no ready pod`;
    return empty.length === target.backends.length
      ? broken("GT-BACKEND-NOT-READY", `${reason}.`, more)
      : risky("GT-BACKEND-NOT-READY", `${reason}; what the route sends there fails.`, more);
  });
}
