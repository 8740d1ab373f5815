import { UserError } from "../errors.ts";
import { findCondition, isCurrent, parseGatewayClass } from "../facts/objects.ts";
import { kinds } from "../kinds.ts";
import { applyRelease, inspectRelease, settleRelease } from "./releases.ts";
import type { Step, StepContext } from "./step.ts";
import { waitForObjects } from "./wait.ts";

const id = "gateway-controller";
const chart = "nginx-gateway-fabric";

/** NGINX Gateway Fabric's control plane, until its GatewayClass is accepted. */
export const gatewayController: Step = {
  id,
  title: "NGINX Gateway Fabric",
  after: ["gateway-api-crds"],
  inspect: (context) => inspectRelease(context, id, chart),
  async apply(context) {
    await applyRelease(context, chart, context.plan.namespaces.gatewayController);
  },
  async settle(context) {
    const version = await settleRelease(context, chart);
    await waitForGatewayClass(context);
    return version;
  },
};

async function waitForGatewayClass(context: StepContext): Promise<void> {
  const name = context.plan.names.gatewayClass;
  await waitForObjects(
    context,
    { what: `The GatewayClass ${name}` },
    { classes: { kind: kinds.GatewayClass, options: { name } } },
    ({ classes: [gatewayClass] }) => {
      if (gatewayClass === undefined) return { waiting: `GatewayClass ${name} is not there yet` };
      const accepted = findCondition(parseGatewayClass(gatewayClass).status.conditions, "Accepted");
      if (accepted === undefined || !isCurrent(accepted, gatewayClass.metadata.generation)) {
        return { waiting: `GatewayClass ${name} has not been looked at by its controller` };
      }
      if (accepted.status === "True") return { done: true };
      if (accepted.reason !== "UnsupportedVersion") return { waiting: accepted.message };
      throw new UserError("GT-CRDS-UNSUPPORTED", `GatewayClass ${name}: ${accepted.message}`, {
        hint: "Install the Gateway API version that it names, or let gateway-tls install its own set.",
      });
    },
  );
}
