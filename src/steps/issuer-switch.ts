import type { IssuerChoice } from "../config/config.ts";
import { withIssuer } from "../plan/gateway.ts";
import { certificate } from "./certificate.ts";
import { gatewayRef } from "./gateway.ts";
import { handshake } from "./handshake.ts";
import { findLiveIssuer, waitForCertificates } from "./issuance.ts";
import { issuers } from "./issuers.ts";
import { keptConfig } from "./kept-config.ts";
import { verifyHandshakes } from "./served-certificate.ts";
import type { Step } from "./step.ts";
import { mustBeTrusted } from "./trust.ts";

const id = "promotion";

/**
 * What `promote` does, in either direction; `promotion.ts` is the one step of the bring-up that goes
 * from staging to production. Production is asked only after what is served now was proven by a handshake.
 * The way back to staging proves nothing first: it is taken when production does not work.
 */
export function issuerSwitchSteps(target: IssuerChoice): readonly Step[] {
  const foundation = [keptConfig, { ...issuers, after: ["kept-config"] as const }];
  const proof = [{ ...certificate, after: ["issuers"] as const }, handshake];
  return target === "production"
    ? [...foundation, ...proof, switchTo(target, "handshake")]
    : [...foundation, switchTo(target, "issuers")];
}

/** Switches the Gateway's annotation; the old certificates serve until the new ones are there. */
function switchTo(target: IssuerChoice, after: "handshake" | "issuers"): Step {
  return {
    id,
    title: target === "production" ? "Production certificates" : "Staging certificates",
    after: [after],
    async inspect(context) {
      const { namespace, name } = gatewayRef(context);
      const issuer = context.plan.names.issuers[target];
      const live = await findLiveIssuer(context);
      const item = { step: id, kind: "Gateway", name: `${namespace}/${name}` } as const;
      if (live === issuer || live === undefined) return [{ ...item, intent: "keep" }];
      return [{ ...item, intent: "update", fields: [`issuer ${live} -> ${issuer}`] }];
    },
    async apply(context) {
      const live = await context.world.kubernetes.get(gatewayRef(context));
      if (live === undefined) return;
      const issuer = context.plan.names.issuers[target];
      await context.world.kubernetes.apply([withIssuer(live, issuer)]);
    },
    async settle(context) {
      const issuer = context.plan.names.issuers[target];
      if (context.plan.hosts.length === 0) return "no hosts";
      await waitForCertificates(context, issuer);
      const [served] = await verifyHandshakes(context, {
        mustBeTrusted: mustBeTrusted(context.plan, issuer),
      });
      return served === undefined ? undefined : `served, issuer ${served.issuer}`;
    },
  };
}
