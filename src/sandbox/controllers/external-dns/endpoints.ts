import type { KubernetesObject } from "../../../ports/kubernetes.ts";
import { at, type Fields, fields, list, strings, text } from "../../fields.ts";
import { coversHost } from "../../network/gateway-routing.ts";
import type { Simulation } from "../../simulation.ts";
import { matchesLabels } from "../../store/selectors.ts";
import type { Arguments } from "./arguments.ts";

/** A name that ExternalDNS wants in DNS. */
export interface Endpoint {
  /** The host's name. */
  name: string;
  /** Hostname of the load balancer. */
  target: string;
  /** `httproute/namespace/name`. */
  resource: string;
}

const CONTROLLER = "external-dns.alpha.kubernetes.io/controller";

/** What the Gateway HTTPRoute source makes of the cluster: a name per accepted route's host. */
export function endpointsOf(simulation: Simulation, args: Arguments): Endpoint[] {
  if (!args.sources.includes("gateway-httproute")) return [];
  const found = new Map<string, Endpoint>();
  for (const route of simulation.store.all("HTTPRoute")) {
    const controller = route.metadata.annotations?.[CONTROLLER];
    if (controller !== undefined && controller !== "dns-controller") continue;
    for (const endpoint of endpointsOfRoute(simulation, route, args)) {
      if (!found.has(endpoint.name)) found.set(endpoint.name, endpoint);
    }
  }
  return [...found.values()];
}

function endpointsOfRoute(
  simulation: Simulation,
  route: KubernetesObject,
  args: Arguments,
): Endpoint[] {
  const { namespace = "", name: routeName } = route.metadata;
  const resource = `httproute/${namespace}/${routeName}`;
  return list(at(route, "status", "parents")).flatMap((parent) => {
    if (!isAccepted(parent, route)) return [];
    const ref = fields(parent["parentRef"]);
    const gateway = simulation.store.findKind(
      "Gateway",
      text(ref["name"]),
      text(ref["namespace"]) || namespace,
    );
    if (gateway === undefined || !passes(gateway, args)) return [];
    const [address] = list(at(gateway, "status", "addresses"));
    const target = text(address?.["value"]);
    if (target === "") return [];
    return hostsOf(route, gateway, ref).map((name) => ({ name, target, resource }));
  });
}

/** Only an acceptance of the current generation counts. */
function isAccepted(parent: Fields, { metadata }: KubernetesObject): boolean {
  return list(parent["conditions"]).some(
    ({ type, status, observedGeneration }) =>
      type === "Accepted" && status === "True" && observedGeneration === metadata.generation,
  );
}

function passes({ metadata }: KubernetesObject, args: Arguments): boolean {
  if (args.gatewayName !== undefined && args.gatewayName !== metadata.name) return false;
  if (args.gatewayNamespace !== undefined && args.gatewayNamespace !== metadata.namespace) {
    return false;
  }
  return matchesLabels(metadata.labels ?? {}, args.gatewayLabelFilter ?? "");
}

function hostsOf(route: KubernetesObject, gateway: KubernetesObject, ref: Fields): string[] {
  const wanted = strings(at(route, "spec", "hostnames"));
  const listeners = list(at(gateway, "spec", "listeners")).filter(
    ({ name, protocol }) =>
      (ref["sectionName"] === undefined || ref["sectionName"] === name) && protocol !== "TLS",
  );
  const hosts = listeners.flatMap(({ hostname }) => {
    const own = text(hostname);
    if (wanted.length === 0) return own === "" ? [] : [own];
    return wanted.filter((host) => coversHost(own, host));
  });
  return [...new Set(hosts)];
}
