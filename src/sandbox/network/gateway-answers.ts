import type { HttpAnswer } from "../../ports/network.ts";
import { at, type Fields, fields, list, text } from "../fields.ts";
import type { Simulation } from "../simulation.ts";
import { findRoute, listenersOn } from "./gateway-routing.ts";
import { type Reach, gatewayBehind } from "./reach.ts";

/** What the gateway answers at an address; `undefined` when nothing listens there. */
export function answerHttp(
  simulation: Simulation,
  request: { port: 80 | 443; host: string; path: string; address: string; from: Reach },
): HttpAnswer | undefined {
  const gateway = gatewayBehind(simulation, request.address, request.port, request.from);
  if (gateway === undefined) return undefined;
  const open = list(at(gateway, "spec", "listeners")).some(({ port }) => port === request.port);
  if (!open) return undefined;
  const [path = "/"] = request.path.split("?");
  const { port, host } = request;
  const found = findRoute(simulation, gateway, { port, host, path });
  if (found === undefined) {
    const bad = listenersOn(gateway, port, host).length === 0 && port === 443;
    return bad ? undefined : answer(404, "404 Not Found");
  }
  const redirect = list(found.rule["filters"]).find(({ type }) => type === "RequestRedirect");
  if (redirect !== undefined) return answerRedirect(fields(redirect["requestRedirect"]), request);
  return answerBackend(simulation, found.route.metadata.namespace ?? "", found.rule, path);
}

function answerRedirect(
  redirect: Fields,
  { port, host, path }: { port: number; host: string; path: string },
): HttpAnswer {
  const scheme = text(redirect["scheme"]) || (port === 443 ? "https" : "http");
  const hostname = text(redirect["hostname"]) || host;
  const wanted = redirect["port"];
  const shown = typeof wanted === "number" && wanted !== (scheme === "https" ? 443 : 80);
  const location = `${scheme}://${hostname}${shown ? `:${wanted}` : ""}${path}`;
  const status = typeof redirect["statusCode"] === "number" ? redirect["statusCode"] : 302;
  return answer(status, `${status}`, { location });
}

function answerBackend(
  simulation: Simulation,
  namespace: string,
  rule: Fields,
  path: string,
): HttpAnswer {
  const [backend] = list(rule["backendRefs"]);
  if (backend === undefined) return answer(500, "500 Internal Server Error");
  const { store } = simulation;
  const name = text(backend["name"]);
  const at = text(backend["namespace"]) || namespace;
  const service = store.findKind("Service", name, at);
  if (service === undefined) return answer(500, "500 Internal Server Error");
  const solved = solverAnswer(simulation, service.metadata.labels ?? {}, at, path);
  if (solved !== undefined) return solved;
  const ready = store
    .all("EndpointSlice", at)
    .filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === name)
    .some((slice) =>
      list(slice["endpoints"]).some(({ conditions }) => fields(conditions)["ready"] === true),
    );
  if (!ready) return answer(502, "502 Bad Gateway");
  return answer(200, `Server name: ${name}\nURI: ${path}\n`);
}

/** cert-manager's solver pod: the key for its own token, 404 for everything else. */
function solverAnswer(
  simulation: Simulation,
  labels: Record<string, string>,
  namespace: string,
  path: string,
): HttpAnswer | undefined {
  if (labels["acme.cert-manager.io/http01-solver"] !== "true") return undefined;
  const challenge = simulation.store
    .all("Challenge", namespace)
    .find((one) => path === `/.well-known/acme-challenge/${text(fields(one["spec"])["token"])}`);
  if (challenge === undefined) return answer(404, "404 page not found");
  return answer(200, text(fields(challenge["spec"])["key"]));
}

function answer(status: number, body: string, headers: Record<string, string> = {}): HttpAnswer {
  return {
    status,
    headers: { server: "nginx", "content-type": "text/plain", ...headers },
    body,
  };
}
