import { UserError } from "../../errors.ts";
import type { Probe, ServedCertificate } from "../../ports/network.ts";
import { at, fields, list, text } from "../fields.ts";
import type { Simulation } from "../simulation.ts";
import { answerHttp } from "./gateway-answers.ts";
import { listenersOn } from "./gateway-routing.ts";
import { gatewayBehind } from "./reach.ts";
import { fingerprintOf } from "../certificate-text.ts";

/** Requests from this machine, outside of the cluster, to the simulated gateway. */
export function createProbe(simulation: Simulation): Probe {
  const enter = async (): Promise<void> => {
    simulation.clock.touch();
    await Promise.resolve();
  };
  return {
    get: async ({ protocol, hostname, path, address, timeoutMs }) => {
      await enter();
      const port = protocol === "https" ? 443 : 80;
      const request = { port, host: hostname, path, address, from: "outside" } as const;
      const answer = answerHttp(simulation, request);
      if (answer !== undefined) return answer;
      await simulation.clock.sleep(timeoutMs);
      throw probeFailed(`GET ${protocol}://${hostname}${path}`, `${address}:${port}`);
    },
    handshake: async ({ hostname, address, timeoutMs }) => {
      await enter();
      const served = servedCertificate(simulation, hostname, address);
      if (served !== undefined) return served;
      await simulation.clock.sleep(timeoutMs);
      throw probeFailed(`A TLS handshake for ${hostname}`, `${address}:443`);
    },
  };
}

function probeFailed(what: string, where: string): UserError {
  return new UserError("GT-PROBE-FAILED", `${what} at ${where} failed: the connection timed out.`, {
    hint: "Check the load balancer's scheme and its security groups.",
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
  const forName = names.includes(hostname);
  const trusted = certificate.trusted && forName;
  const why = forName ? "UNABLE_TO_VERIFY_LEAF_SIGNATURE" : "ERR_TLS_CERT_ALTNAME_INVALID";
  const subject = names[0] ?? "";
  const untrustedReason = trusted ? undefined : why;
  return {
    subject,
    issuer,
    names: [...names],
    notBefore,
    notAfter,
    fingerprint,
    trusted,
    untrustedReason,
  };
}
