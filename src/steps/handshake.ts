import { findLiveIssuer } from "./issuance.ts";
import { verifyHandshakes } from "./served-certificate.ts";
import type { Step } from "./step.ts";
import { mustBeTrusted } from "./trust.ts";

/** A TLS handshake by name at the real address, with the certificate that was issued. */
export const handshake: Step = {
  id: "handshake",
  title: "TLS handshake",
  after: ["certificate"],
  inspect: async () => [],
  async settle(context) {
    if (context.plan.hosts.length === 0) return "no hosts";
    const issuer = await findLiveIssuer(context);
    const [served] = await verifyHandshakes(context, {
      mustBeTrusted: mustBeTrusted(context.plan, issuer),
    });
    return served === undefined ? "not seen from here" : `served, issuer ${served.issuer}`;
  },
};
