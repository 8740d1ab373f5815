import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "../../../ports/kubernetes.ts";
import { conditions, type NewCondition } from "../../conditions.ts";
import { at, type Fields, fields, list, stringMap, strings, text } from "../../fields.ts";
import { coversHost } from "../../network/gateway-routing.ts";
import type { Simulation } from "../../simulation.ts";
import { matchesLabelSelector } from "../../store/selectors.ts";
import { CONTROLLER_NAME } from "../../charts/nginx-gateway-fabric.ts";
import type { ListenerVerdict } from "./listeners.ts";

/** Writes the status of every route that names the Gateway; answers how many each listener has. */
export function reportRoutes(
  simulation: Simulation,
  gateway: KubernetesObject,
  verdicts: readonly ListenerVerdict[],
): Map<string, number> {
  const attached = new Map<string, number>();
  for (const route of simulation.store.all("HTTPRoute")) {
    const refs = list(at(route, "spec", "parentRefs")).filter((ref) =>
      isAbout(ref, route, gateway),
    );
    if (refs.length === 0) continue;
    const before = list(at(route, "status", "parents"));
    const parents = refs.map((parentRef) => {
      const outcome = attach(simulation, { route, gateway, parentRef, verdicts });
      for (const name of outcome.listeners) attached.set(name, (attached.get(name) ?? 0) + 1);
      const old = before.find((one) => isDeepStrictEqual(one["parentRef"], parentRef));
      return {
        parentRef,
        controllerName: CONTROLLER_NAME,
        conditions: conditions(
          simulation,
          list(old?.["conditions"]),
          [outcome.accepted, backendsResolved(simulation, route)],
          route.metadata.generation,
        ),
      };
    });
    const others = before.filter(({ parentRef }) => !isAbout(fields(parentRef), route, gateway));
    simulation.store.setStatus(route, { parents: [...others, ...parents] });
  }
  return attached;
}

function isAbout(ref: Fields, route: KubernetesObject, { metadata }: KubernetesObject): boolean {
  const namespace = text(ref["namespace"]) || route.metadata.namespace;
  return ref["name"] === metadata.name && namespace === metadata.namespace;
}

interface Attachment {
  accepted: NewCondition;
  listeners: string[];
}

function attach(
  simulation: Simulation,
  about: {
    route: KubernetesObject;
    gateway: KubernetesObject;
    parentRef: Fields;
    verdicts: readonly ListenerVerdict[];
  },
): Attachment {
  const { route, gateway, parentRef, verdicts } = about;
  const named = verdicts.filter((verdict) => isNamed(verdict, parentRef));
  if (named.length === 0) {
    return rejected("NoMatchingParent", "The Listener is not found for this parent ref");
  }
  const valid = named.filter((verdict) => verdict.valid);
  if (valid.length === 0) {
    return rejected("InvalidListener", "The Listener is invalid for this parent ref");
  }
  const allowed = valid.filter(({ listener }) => isAllowed(simulation, route, gateway, listener));
  if (allowed.length === 0) {
    return rejected("NotAllowedByListeners", "The Route is not allowed by any listener");
  }
  const hostnames = strings(at(route, "spec", "hostnames"));
  const matching = allowed.filter(({ listener }) =>
    sharesHost(text(listener["hostname"]), hostnames),
  );
  if (matching.length === 0) {
    const message = "Listener hostname does not match the HTTPRoute hostnames";
    return rejected("NoMatchingListenerHostname", message);
  }
  const message = "The Route is accepted";
  return {
    accepted: { type: "Accepted", status: "True", reason: "Accepted", message },
    listeners: matching.map(({ name }) => name),
  };
}

function isNamed(
  { name, listener }: ListenerVerdict,
  { sectionName = name, port = listener["port"] }: Fields,
): boolean {
  return sectionName === name && port === listener["port"];
}

function rejected(reason: string, message: string): Attachment {
  return { accepted: { type: "Accepted", status: "False", reason, message }, listeners: [] };
}

function isAllowed(
  simulation: Simulation,
  route: KubernetesObject,
  gateway: KubernetesObject,
  listener: Fields,
): boolean {
  const namespaces = fields(at(listener, "allowedRoutes", "namespaces"));
  const { namespace = "" } = route.metadata;
  if (namespaces["from"] === "All") return true;
  if (namespaces["from"] !== "Selector") return namespace === gateway.metadata.namespace;
  const labels = simulation.store.findKind("Namespace", namespace)?.metadata.labels ?? {};
  const selector = fields(namespaces["selector"]);
  return matchesLabelSelector(labels, {
    matchLabels: stringMap(selector["matchLabels"]),
    matchExpressions: list(selector["matchExpressions"]).map(({ key, operator, values }) => ({
      key: text(key),
      operator: text(operator),
      values: strings(values),
    })),
  });
}

/** The Gateway API: no hostname, on either side, is every hostname. */
function sharesHost(listener: string, hostnames: readonly string[]): boolean {
  if (listener === "" || hostnames.length === 0) return true;
  return hostnames.some((host) => coversHost(listener, host) || coversHost(host, listener));
}

function backendsResolved({ store }: Simulation, route: KubernetesObject): NewCondition {
  const type = "ResolvedRefs";
  const rules = list(at(route, "spec", "rules"));
  for (const [ruleIndex, rule] of rules.entries()) {
    for (const [index, ref] of list(rule["backendRefs"]).entries()) {
      const namespace = text(ref["namespace"]) || route.metadata.namespace;
      const where = `spec.rules[${ruleIndex}].backendRefs[${index}]`;
      if (namespace !== route.metadata.namespace) {
        const message = `${where}.namespace: Forbidden: backend ref to Service not permitted by any ReferenceGrant`;
        return { type, status: "False", reason: "RefNotPermitted", message };
      }
      if (store.findKind("Service", text(ref["name"]), namespace) === undefined) {
        const message = `${where}.name: Not found: "${text(ref["name"])}"`;
        return { type, status: "False", reason: "BackendNotFound", message };
      }
    }
  }
  return {
    type,
    status: "True",
    reason: "ResolvedRefs",
    message: "All references are resolved",
  };
}
