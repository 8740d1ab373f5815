import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import {
  at,
  type Fields,
  fields,
  list,
  stringMap,
  strings,
  text,
} from "../../../src/sandbox/fields.ts";
import { bad, type Condition, good } from "./conditions.ts";
import type { ListenerVerdict } from "./listeners.ts";
import { type GatewayWorld, hostnamesOf, sharesHost } from "./world.ts";

/** Whether one parentRef of a route is accepted, and by which listeners. */
export function attach(
  world: GatewayWorld,
  route: KubernetesObject,
  gateway: KubernetesObject,
  parentRef: Fields,
  verdicts: readonly ListenerVerdict[],
): { accepted: Condition; listeners: string[] } {
  const named = verdicts.filter(({ name, listener }) => {
    const { sectionName = name, port = listener["port"] } = parentRef;
    return sectionName === name && port === listener["port"];
  });
  if (named.length === 0)
    return rejected("NoMatchingParent", "The Listener is not found for this parent ref");
  const valid = named.filter((verdict) => verdict.valid);
  if (valid.length === 0)
    return rejected("InvalidListener", "The Listener is invalid for this parent ref");
  const open = valid.filter(({ listener }) => isAllowed(world, route, gateway, listener));
  if (open.length === 0)
    return rejected("NotAllowedByListeners", "The Route is not allowed by any listener");
  const matching = open.filter(({ listener }) =>
    sharesHost(text(listener["hostname"]), hostnamesOf(route)),
  );
  if (matching.length === 0) {
    const message = "Listener hostname does not match the HTTPRoute hostnames";
    return rejected("NoMatchingListenerHostname", message);
  }
  return {
    accepted: good("Accepted", "Accepted", "The Route is accepted"),
    listeners: matching.map(({ name }) => name),
  };
}

function rejected(reason: string, message: string) {
  return { accepted: bad("Accepted", reason, message), listeners: [] };
}

function isAllowed(
  world: GatewayWorld,
  { metadata }: KubernetesObject,
  gateway: KubernetesObject,
  listener: Fields,
): boolean {
  const namespaces = fields(at(listener, "allowedRoutes", "namespaces"));
  if (namespaces["from"] === "All") return true;
  if (namespaces["from"] !== "Selector") return metadata.namespace === gateway.metadata.namespace;
  const labels = world.namespaces.find(metadata.namespace ?? "")?.metadata.labels ?? {};
  const selector = fields(namespaces["selector"]);
  return (
    Object.entries(stringMap(selector["matchLabels"])).every(
      ([key, value]) => labels[key] === value,
    ) && list(selector["matchExpressions"]).every((one) => matches(labels, one))
  );
}

function matches(labels: Record<string, string>, { key, operator, values }: Fields): boolean {
  const value = labels[text(key)];
  if (operator === "Exists") return value !== undefined;
  if (operator === "DoesNotExist") return value === undefined;
  const isIn = value !== undefined && strings(values).includes(value);
  return operator === "In" ? isIn : !isIn;
}

/**
 * Whether a route's backends are there, each with its port
 * (internal/controller/state/graph/backend_refs.go).
 */
export function judgeBackends(world: GatewayWorld, route: KubernetesObject): Condition {
  for (const [ruleIndex, rule] of list(at(route, "spec", "rules")).entries()) {
    for (const [index, ref] of list(rule["backendRefs"]).entries()) {
      const where = `spec.rules[${ruleIndex}].backendRefs[${index}]`;
      const namespace = text(ref["namespace"]) || route.metadata.namespace;
      if (namespace !== route.metadata.namespace) {
        const message = `${where}.namespace: Forbidden: backend ref to Service not permitted by any ReferenceGrant`;
        return bad("ResolvedRefs", "RefNotPermitted", message);
      }
      const name = text(ref["name"]);
      const { service, hasPort } = world.findBackend(route, ref);
      if (service === undefined) {
        const message = `${where}.name: Not found: "${name}"`;
        return bad("ResolvedRefs", "BackendNotFound", message);
      }
      if (!hasPort) {
        const message = `No matching port for Service ${name} and port ${Number(ref["port"])}`;
        return bad("ResolvedRefs", "BackendNotFound", message);
      }
    }
  }
  return good("ResolvedRefs", "ResolvedRefs", "All references are resolved");
}
