import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, type Fields, fields, list, strings, text } from "../../../src/sandbox/fields.ts";
import { imageOf } from "../node/node.ts";
import { coversHost, type GatewayWorld, hostnamesOf, isAbout } from "./world.ts";

export interface GatewayAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

interface Request {
  port: number;
  host: string;
  /** With its query. */
  url: string;
  /** A redirect to https wins over an exact path. */
  redirectFirst: boolean;
}

interface Candidate {
  route: KubernetesObject;
  rule: Fields;
  hostLength: number;
  exact: boolean;
  pathLength: number;
}

/** The programmed listener of a port that takes a host: the one with the closest hostname. */
export function findListener(
  gateway: KubernetesObject,
  port: number,
  host: string,
): Fields | undefined {
  const programmed = new Set(
    list(at(gateway, "status", "listeners"))
      .filter(({ conditions }) =>
        list(conditions).some(({ type, status }) => type === "Programmed" && status === "True"),
      )
      .map(({ name }) => name),
  );
  return list(at(gateway, "spec", "listeners"))
    .filter((one) => one["port"] === port && programmed.has(one["name"]))
    .filter((one) => coversHost(text(one["hostname"]), host))
    .toSorted((a, b) => text(b["hostname"]).length - text(a["hostname"]).length)[0];
}

/** What the Gateway answers by its routes. */
export function answerRequest(
  world: GatewayWorld,
  gateway: KubernetesObject,
  request: Request,
): GatewayAnswer {
  const found = findRoute(world, gateway, request);
  if (found === undefined) return answer(404, "404 Not Found\n");
  const { rule, route } = found;
  const redirect = list(rule["filters"]).find(({ type }) => type === "RequestRedirect");
  if (redirect !== undefined) return answerRedirect(fields(redirect["requestRedirect"]), request);
  return answerBackend(world, route, rule, request);
}

function findRoute(
  world: GatewayWorld,
  gateway: KubernetesObject,
  { port, host, url, redirectFirst }: Request,
): Candidate | undefined {
  const listener = findListener(gateway, port, host);
  if (listener === undefined) return undefined;
  const [path = "/"] = url.split("?");
  return world.routes
    .all()
    .filter((route) => isAttached(route, gateway, text(listener["name"])))
    .flatMap((route) => candidatesOf(route, host, path))
    .toSorted(
      (a, b) =>
        (redirectFirst ? Number(redirects(b)) - Number(redirects(a)) : 0) ||
        b.hostLength - a.hostLength ||
        Number(b.exact) - Number(a.exact) ||
        b.pathLength - a.pathLength,
    )[0];
}

const redirects = ({ rule }: Candidate): boolean =>
  list(rule["filters"]).some((filter) => at(filter, "requestRedirect", "scheme") === "https");

function isAttached(route: KubernetesObject, gateway: KubernetesObject, listener: string): boolean {
  return list(at(route, "status", "parents")).some(({ parentRef, conditions }) => {
    const accepted = list(conditions).some(
      ({ type, status }) => type === "Accepted" && status === "True",
    );
    const section = at(parentRef, "sectionName") ?? listener;
    return accepted && isAbout(parentRef, route, gateway) && section === listener;
  });
}

function candidatesOf(route: KubernetesObject, host: string, path: string): Candidate[] {
  const hostnames = hostnamesOf(route);
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
      })),
  );
}

function matchesPath(match: Fields, path: string): boolean {
  const value = text(match["value"]) || "/";
  if (match["type"] === "Exact") return path === value;
  const prefix = value.replace(/\/$/, "");
  return path === prefix || path.startsWith(`${prefix}/`);
}

function answerRedirect(redirect: Fields, { port, host, url }: Request): GatewayAnswer {
  const scheme = text(redirect["scheme"]) || (port === 443 ? "https" : "http");
  const hostname = text(redirect["hostname"]) || host;
  const wanted = Number(redirect["port"] ?? 0);
  const usual = scheme === "https" ? 443 : 80;
  const shown = wanted !== 0 && wanted !== usual ? `:${wanted}` : "";
  const status = Number(redirect["statusCode"] ?? 302);
  return answer(status, `${status}\n`, { location: `${scheme}://${hostname}${shown}${url}` });
}

function answerBackend(
  world: GatewayWorld,
  route: KubernetesObject,
  rule: Fields,
  { host, url }: Request,
): GatewayAnswer {
  const [backend] = list(rule["backendRefs"]);
  const { service, hasPort } = world.findBackend(route, backend);
  if (service === undefined || !hasPort) return answer(500, "500 Internal Server Error\n");
  const [pod] = world.podsOf(service);
  if (pod === undefined) return answer(502, "502 Bad Gateway\n");
  if (imageOf(pod) === "cert-manager-acmesolver") return answerSolver(pod, host, url);
  return answer(200, `Server name: ${pod.metadata.name}\nURI: ${url}\n`);
}

/** cert-manager's solver serves one key, as its arguments say. */
function answerSolver(pod: KubernetesObject, host: string, url: string): GatewayAnswer {
  const [container] = list(at(pod, "spec", "containers"));
  const args = strings(container?.["args"]);
  const flag = (name: string): string =>
    args.find((one) => one.startsWith(`--${name}=`))?.slice(name.length + 3) ?? "";
  const path = `/.well-known/acme-challenge/${flag("token")}`;
  if (url !== path || host !== flag("domain")) return answer(404, "404 page not found\n");
  return answer(200, flag("key"));
}

function answer(status: number, body: string, headers: Record<string, string> = {}): GatewayAnswer {
  return { status, headers: { server: "nginx", "content-type": "text/plain", ...headers }, body };
}
