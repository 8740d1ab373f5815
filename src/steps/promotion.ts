import { readConfigFile } from "../config/config-file.ts";
import { UsageError } from "../errors.ts";
import { readKeptConfig } from "../facts/kept-config.ts";
import { gatewayWith } from "../plan/gateway.ts";
import { applyGateway, gatewayRef } from "./gateway.ts";
import { findLiveIssuer, waitForCertificates } from "./issuance.ts";
import { verifyHandshakes } from "./served-certificate.ts";
import type { Step, StepContext } from "./step.ts";
import { mustBeTrusted } from "./trust.ts";

const id = "promotion";

/**
 * From staging to production, once a staging certificate was served: the Gateway's annotation is
 * switched, and the old certificate serves until the new one is there. The other way is `promote`'s;
 * here only one of its runs that was ended in the middle is finished.
 */
export const promotion: Step = {
  id,
  title: "Production certificate",
  after: ["handshake"],
  async inspect(context) {
    const { plan } = context;
    const { namespace, name } = gatewayRef(context);
    const live = await findLiveIssuer(context);
    const wanted = issuerOf(context);
    // Where no issuer is named yet, the listeners begin with staging.
    const from = live ?? plan.names.issuers.staging;
    const item = { step: id, kind: "Gateway" } as const;
    if (from === wanted) {
      return [{ ...item, name: `${name}, issuer ${plan.config.issuer}`, intent: "keep" }];
    }
    if (from === plan.names.issuers.production) await refuseUnlessKept(context);
    const fields = [`issuer ${from} -> ${wanted}`];
    return [{ ...item, name: `${namespace}/${name}`, intent: "update", fields }];
  },
  async apply(context) {
    const issuer = issuerOf(context);
    await applyGateway(context, gatewayWith(context.plan, { listeners: [], issuer }));
  },
  async settle(context) {
    const { plan } = context;
    if (plan.hosts.length === 0) return "no hosts";
    const issuer = issuerOf(context);
    await waitForCertificates(context, issuer);
    if (plan.config.issuer === "staging") return "not asked for (--issuer staging)";
    const [served] = await verifyHandshakes(context, {
      mustBeTrusted: mustBeTrusted(plan, issuer),
    });
    return served === undefined ? "not seen from here" : `served, issuer ${served.issuer}`;
  },
};

const issuerOf = ({ plan }: StepContext): string => plan.names.issuers[plan.config.issuer];

/** The kept config says staging already where a `promote --to staging` was ended in the middle. */
async function refuseUnlessKept(context: StepContext): Promise<void> {
  const kept = await readKeptConfig(context.world.kubernetes);
  if (!kept.known) throw kept.error;
  const text = kept.value?.text ?? "";
  const config = text === "" ? {} : await readConfigFile(text, { name: "the kept config" });
  if (config.issuer === "staging") return;
  const { namespace, name } = gatewayRef(context);
  throw new UsageError(
    "GT-ISSUER-BACK",
    `The Gateway ${namespace}/${name} has gone to production, and init does not go back to staging. Nothing was changed.`,
    { hint: "gateway-tls promote --to staging" },
  );
}
