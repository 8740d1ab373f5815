import { gatewayWith } from "../plan/gateway.ts";
import { applyGateway, gatewayRef } from "./gateway.ts";
import { findLiveIssuer, waitForCertificates } from "./issuance.ts";
import { verifyHandshakes } from "./served-certificate.ts";
import type { Step } from "./step.ts";
import { mustBeTrusted } from "./trust.ts";

const id = "promotion";

/**
 * From staging to production, once a staging certificate was served: the Gateway's annotation is
 * switched, and the old certificate serves until the new one is there.
 */
export const promotion: Step = {
  id,
  title: "Production certificate",
  after: ["handshake"],
  async inspect(context) {
    const { plan } = context;
    const { production } = plan.names.issuers;
    if (plan.config.issuer === "staging" || (await findLiveIssuer(context)) === production) {
      return [keepItem(context.plan.gateway.metadata.name, plan.config.issuer)];
    }
    const { namespace, name } = gatewayRef(context);
    const fields = [`issuer ${plan.names.issuers.staging} -> ${production}`];
    return [{ step: id, kind: "Gateway", name: `${namespace}/${name}`, intent: "update", fields }];
  },
  async apply(context) {
    const issuer = context.plan.names.issuers.production;
    await applyGateway(context, gatewayWith(context.plan, { listeners: [], issuer }));
  },
  async settle(context) {
    if (context.plan.config.issuer === "staging") return "not asked for (--issuer staging)";
    const issuer = context.plan.names.issuers.production;
    await waitForCertificates(context, issuer);
    const [served] = await verifyHandshakes(context, {
      mustBeTrusted: mustBeTrusted(context.plan, issuer),
    });
    return served === undefined ? "not seen from here" : `served, issuer ${served.issuer}`;
  },
};

const keepItem = (name: string, issuer: string) =>
  ({ step: id, kind: "Gateway", name: `${name}, issuer ${issuer}`, intent: "keep" }) as const;
