import { UserError } from "../../errors.ts";
import type { Probe, ServedCertificate } from "../../ports/network.ts";
import { at, fields, list, text } from "../fields.ts";
import type { Simulation } from "../simulation.ts";
import type { IssuedCertificate } from "../world-state.ts";
import { answerHttp } from "./gateway-answers.ts";
import { listenersOn, programmedOn } from "./gateway-routing.ts";
import { gatewayBehind } from "./reach.ts";
import { fingerprintOf } from "../certificate-text.ts";

/** Requests from this machine, outside of the cluster, to the simulated gateway. */
export function createProbe(simulation: Simulation): Probe {
  const enter = async (): Promise<void> => {
    simulation.clock.touch();
    await Promise.resolve();
  };
  const fail = async (what: string, attempt: Attempt): Promise<never> => {
    const why = refusal(simulation, attempt);
    if (why === undefined) await simulation.clock.sleep(attempt.timeoutMs);
    throw probeFailed(what, why ?? `no answer within ${attempt.timeoutMs / 1000} s`);
  };
  return {
    get: async ({ protocol, hostname, path, address, timeoutMs }) => {
      await enter();
      const port = protocol === "https" ? 443 : 80;
      const request = { port, host: hostname, path, address, from: "outside" } as const;
      const what = `GET ${protocol}://${hostname}${path} at ${address}`;
      const attempt = { hostname, address, port, timeoutMs };
      return answerHttp(simulation, request) ?? fail(what, attempt);
    },
    handshake: async ({ hostname, address, timeoutMs }) => {
      await enter();
      const what = `TLS handshake with ${address} for ${hostname}`;
      const attempt = { hostname, address, port: 443, timeoutMs };
      return servedCertificate(simulation, hostname, address) ?? fail(what, attempt);
    },
  };
}

interface Attempt {
  hostname: string;
  address: string;
  port: number;
  timeoutMs: number;
}

/** Who says no at once, and in which words; `undefined` where nobody says anything. */
function refusal(simulation: Simulation, { hostname, address, port }: Attempt): string | undefined {
  // Nothing of this world listens on the user's own machine.
  if (address.startsWith("127.")) return "the connection was refused";
  const gateway = gatewayBehind(simulation, address, port, "outside");
  if (gateway === undefined || port !== 443) return undefined;
  const isServed = listenersOn(gateway, port, hostname).length > 0;
  if (isServed || programmedOn(gateway, port).length === 0) return undefined;
  return "it serves no certificate for this name";
}

function probeFailed(what: string, why: string): UserError {
  return new UserError("GT-PROBE-FAILED", `${what} failed: ${why}.`, {
    hint: "Check the load balancer's scheme and its security groups.",
    retry: { limitMs: 120_000, intervalMs: 5000, reason: "waiting for the load balancer" },
  });
}

function servedCertificate(
  simulation: Simulation,
  hostname: string,
  address: string,
): ServedCertificate | undefined {
  const gateway = gatewayBehind(simulation, address, 443, "outside");
  if (gateway === undefined) return undefined;
  const [listener] = listenersOn(gateway, 443, hostname);
  const [ref] = list(at(listener, "tls", "certificateRefs"));
  if (ref === undefined) return undefined;
  const namespace = text(ref["namespace"]) || gateway.metadata.namespace;
  const secret = simulation.store.findKind("Secret", text(ref["name"]), namespace);
  const encoded = text(fields(secret?.["data"])["tls.crt"]);
  const fingerprint = fingerprintOf(Buffer.from(encoded, "base64").toString("utf8"));
  const certificate = simulation.state.acme.certificates[fingerprint];
  if (certificate === undefined) return undefined;
  const { issuer, names, notBefore, notAfter } = certificate;
  const untrustedReason = findFlaw(certificate, hostname, simulation.now);
  return {
    subject: names[0] ?? "",
    issuer,
    names: [...names],
    notBefore,
    notAfter,
    fingerprint,
    trusted: untrustedReason === undefined,
    untrustedReason,
  };
}

/** In OpenSSL's order: the chain, with the CA's intermediate in it, then the dates, then the name. */
function findFlaw(
  { names, notAfter, trusted }: IssuedCertificate,
  hostname: string,
  now: number,
): string | undefined {
  if (!trusted) return "UNABLE_TO_GET_ISSUER_CERT_LOCALLY";
  if (Date.parse(notAfter) < now) return "CERT_HAS_EXPIRED";
  return names.includes(hostname) ? undefined : "ERR_TLS_CERT_ALTNAME_INVALID";
}
