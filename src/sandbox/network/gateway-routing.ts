import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { at, type Fields, fields, list, strings, text } from "../fields.ts";
import type { Simulation } from "../simulation.ts";

/** `rule` is one entry of the route's `spec.rules`. */
export interface RouteMatch {
  route: KubernetesObject;
  rule: Fields;
}

interface Candidate extends RouteMatch {
  exact: boolean;
  pathLength: number;
  hostLength: number;
  redirects: boolean;
}

/** Whether a listener's or route's hostname (maybe `*.x`) covers a host. */
export function coversHost(pattern: string, host: string): boolean {
  if (pattern === "" || pattern === host) return true;
  return pattern.startsWith("*.") && host.endsWith(pattern.slice(1)) && host !== pattern.slice(2);
}

/** The route and rule that serve a request on one port of a Gateway, by the Gateway API's order. */
export function findRoute(
  simulation: Simulation,
  gateway: KubernetesObject,
  request: { port: number; host: string; path: string },
): RouteMatch | undefined {
  const candidates = listenersOn(gateway, request.port, request.host).flatMap((listener) =>
    simulation.store
      .all("HTTPRoute")
      .filter((route) => isAttached(route, gateway, text(listener["name"])))
      .flatMap((route) => candidatesOf(route, request)),
  );
  const redirectFirst = simulation.hasFault("redirect-breaks-challenge");
  return candidates.toSorted((a, b) => {
    if (redirectFirst && a.redirects !== b.redirects) return a.redirects ? -1 : 1;
    if (a.hostLength !== b.hostLength) return b.hostLength - a.hostLength;
    if (a.exact !== b.exact) return a.exact ? -1 : 1;
    return b.pathLength - a.pathLength;
  })[0];
}

/** The programmed listener of a port that takes a host: the one with the closest hostname. */
export function listenersOn(gateway: KubernetesObject, port: number, host: string): Fields[] {
  return programmedOn(gateway, port)
    .filter((listener) => coversHost(text(listener["hostname"]), host))
    .toSorted((a, b) => text(b["hostname"]).length - text(a["hostname"]).length)
    .slice(0, 1);
}

/** The programmed listeners of a port, whatever their hostname. */
export function programmedOn(gateway: KubernetesObject, port: number): Fields[] {
  const programmed = new Set(
    list(at(gateway, "status", "listeners"))
      .filter(({ conditions }) =>
        list(conditions).some(({ type, status }) => type === "Programmed" && status === "True"),
      )
      .map(({ name }) => name),
  );
  return list(at(gateway, "spec", "listeners")).filter(
    (listener) => listener["port"] === port && programmed.has(listener["name"]),
  );
}

function isAttached(route: KubernetesObject, gateway: KubernetesObject, listener: string): boolean {
  const accepted = list(at(route, "status", "parents")).filter(({ conditions }) =>
    list(conditions).some(({ type, status }) => type === "Accepted" && status === "True"),
  );
  return accepted.some(({ parentRef }) => {
    const ref = fields(parentRef);
    const namespace = text(ref["namespace"]) || route.metadata.namespace;
    if (ref["name"] !== gateway.metadata.name) return false;
    if (namespace !== gateway.metadata.namespace) return false;
    return ref["sectionName"] === undefined || ref["sectionName"] === listener;
  });
}

function candidatesOf(
  route: KubernetesObject,
  { host, path }: { host: string; path: string },
): Candidate[] {
  const hostnames = strings(at(route, "spec", "hostnames"));
  const covering = (hostnames.length === 0 ? [""] : hostnames).filter((one) =>
    coversHost(one, host),
  );
  if (covering.length === 0) return [];
  const hostLength = Math.max(...covering.map(({ length }) => length));
  return list(at(route, "spec", "rules")).flatMap((rule) =>
    list(rule["matches"])
      .map((match) => fields(match["path"]))
      .filter((match) => matchesPath(match, path))
      .map((match) => ({
        route,
        rule,
        hostLength,
        exact: match["type"] === "Exact",
        pathLength: text(match["value"]).length,
        redirects: list(rule["filters"]).some(
          ({ type, requestRedirect }) =>
            type === "RequestRedirect" && fields(requestRedirect)["scheme"] === "https",
        ),
      })),
  );
}

function matchesPath(match: Fields, path: string): boolean {
  const value = text(match["value"]) || "/";
  if (match["type"] === "Exact") return path === value;
  const prefix = value.replace(/\/$/, "");
  return path === prefix || path.startsWith(`${prefix}/`);
}
