import type { KubernetesObject } from "../../../ports/kubernetes.ts";
import { at, text } from "../../fields.ts";
import { answerHttp } from "../../network/gateway-answers.ts";
import type { Reach } from "../../network/reach.ts";
import { addressesOf, resolve } from "../../network/resolver.ts";
import type { Simulation } from "../../simulation.ts";
import { pathOf } from "./solver.ts";

const MAX_REDIRECTS = 10;
const CA_DOMAIN = "letsencrypt.org";

type Fetched = { status: number; body: string } | "timeout" | { noAddressFor: string };

/** GET with redirects followed, as cert-manager and a CA do. */
function fetchChallenge(
  simulation: Simulation,
  url: URL,
  from: Reach,
  left = MAX_REDIRECTS,
): Fetched {
  const [address] = addressesOf(simulation, url.hostname);
  if (address === undefined) return { noAddressFor: url.hostname };
  const port = url.protocol === "https:" ? 443 : 80;
  const request = { port, host: url.hostname, path: url.pathname, address, from } as const;
  const answer = answerHttp(simulation, request);
  if (answer === undefined) return "timeout";
  const { location } = answer.headers;
  if (location === undefined || left === 0) return answer;
  return fetchChallenge(simulation, new URL(location, url), from, left - 1);
}

function urlOf(challenge: KubernetesObject): URL {
  return new URL(pathOf(challenge), `http://${text(at(challenge, "spec", "dnsName"))}`);
}

/** cert-manager's own look: `undefined` when the key is served, else what it writes. */
export function checkFromCluster(
  simulation: Simulation,
  challenge: KubernetesObject,
): string | undefined {
  const url = urlOf(challenge);
  const fetched = fetchChallenge(simulation, url, "inside");
  const failed = `failed to perform self check GET request '${url.href}': Get "${url.href}": dial tcp`;
  if (fetched === "timeout")
    return `${failed} ${addressesOf(simulation, url.hostname)[0] ?? ""}:80: i/o timeout`;
  if ("noAddressFor" in fetched) {
    return `${failed}: lookup ${fetched.noAddressFor} on 10.100.0.10:53: no such host`;
  }
  if (fetched.status !== 200) return `wrong status code '${fetched.status}', expected '200'`;
  if (fetched.body === text(at(challenge, "spec", "key"))) return undefined;
  return `did not get expected response when querying endpoint, expected "${text(at(challenge, "spec", "key"))}" but got: ${fetched.body.slice(0, 60)}`;
}

/** The CA's look: `undefined` when it is satisfied, else its problem document in cert-manager's words. */
export function validateFromOutside(
  simulation: Simulation,
  challenge: KubernetesObject,
): string | undefined {
  const url = urlOf(challenge);
  const acme = "urn:ietf:params:acme:error";
  const caa = forbiddingCaa(simulation, url.hostname);
  const fetched = fetchChallenge(simulation, url, "outside");
  if (typeof fetched === "object" && "noAddressFor" in fetched) {
    const name = fetched.noAddressFor;
    return `400 ${acme}:dns: DNS problem: NXDOMAIN looking up A for ${name} - check that a DNS record exists for this domain; DNS problem: NXDOMAIN looking up AAAA for ${name} - check that a DNS record exists for this domain`;
  }
  const [address = ""] = addressesOf(simulation, url.hostname);
  if (fetched === "timeout") {
    return `400 ${acme}:connection: ${address}: Fetching ${url.href}: Timeout during connect (likely firewall problem)`;
  }
  if (caa !== undefined) {
    return `403 ${acme}:caa: While processing CAA for ${url.hostname}: CAA record for ${caa} prevents issuance`;
  }
  if (fetched.status !== 200) {
    return `403 ${acme}:unauthorized: ${address}: Invalid response from ${url.href}: ${fetched.status}`;
  }
  return undefined;
}

/** The name whose CAA set rules the CA out; the closest set decides (RFC 8659, 3). */
function forbiddingCaa(simulation: Simulation, host: string): string | undefined {
  for (let name = host; name.includes("."); name = name.slice(name.indexOf(".") + 1)) {
    const { answers } = resolve(simulation, name, "CAA");
    const issuers = answers.filter(({ value }) => /^\d+ issue /.test(value));
    if (answers.length === 0) continue;
    return issuers.length === 0 || issuers.some(({ value }) => value.includes(CA_DOMAIN))
      ? undefined
      : name;
  }
  return undefined;
}
