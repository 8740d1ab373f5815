import type { PlanItem } from "../plan/plan.ts";
import { applyRelease, inspectRelease, settleRelease } from "./releases.ts";
import type { Step, StepContext } from "./step.ts";

const id = "cert-manager";

/**
 * cert-manager with its CRDs and its Gateway API controller. It exits when the Gateway API's CRDs
 * are missing, so it comes behind them. One that others run with Gateway API on is used as it is.
 */
export const certManager: Step = {
  id,
  title: "cert-manager",
  after: ["gateway-api-crds"],
  inspect,
  apply: (context) => applyRelease(context, id, context.plan.namespaces.certManager),
  settle: async (context) =>
    context.plan.environment.foreignCertManager ?? settleRelease(context, id),
};

async function inspect(context: StepContext): Promise<PlanItem[]> {
  const { foreignCertManager } = context.plan.environment;
  if (foreignCertManager === undefined) return inspectRelease(context, id, id);
  return [{ step: id, kind: "cert-manager", name: id, intent: "keep", owner: foreignCertManager }];
}
