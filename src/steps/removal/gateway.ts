import { UserError } from "../../errors.ts";
import { findServiceIngress, parseService } from "../../facts/objects.ts";
import { kinds } from "../../kinds.ts";
import type { PlanItem } from "../../plan/plan.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { gatewayRef, isOfGateway } from "../gateway.ts";
import type { Step, StepContext } from "../step.ts";
import { readGatewayUse } from "./gateway-use.ts";
import { findOwn, nameOf, waitUntilGone } from "./removal.ts";

const id = "gateway";

/**
 * Our Gateway, until its load balancer is gone too: an orphan would go on costing money. With a route
 * or a listener of others on it, both stay.
 */
export const gatewayRemoval: Step = {
  id,
  title: "Gateway and load balancer",
  after: ["dns-record"],
  async inspect(context) {
    const [live, balancers, { reason }] = await Promise.all([
      findOwn(context, gatewayRef(context)),
      findBalancers(context),
      readGatewayUse(context),
    ]);
    if (reason !== undefined && context.options.deleteCrds === true) {
      throw refuse(`${kinds.Gateway.kind} ${nameOfGateway(context)} is ${reason}`);
    }
    const end = (why: string): Pick<PlanItem, "intent" | "reason"> =>
      reason === undefined ? { intent: "delete" } : { intent: "keep", reason: why };
    const gateway: PlanItem[] =
      live === undefined
        ? []
        : [{ step: id, kind: "Gateway", name: nameOf(live), ...end(reason ?? "") }];
    const ends = balancers.map((service): PlanItem => {
      const name = findServiceIngress(service)[0] ?? nameOf(service);
      return { step: id, kind: "Load balancer", name, ...end("kept: the Gateway uses it") };
    });
    return [...gateway, ...ends];
  },
  async apply(context) {
    const ref = gatewayRef(context);
    const { reason } = await readGatewayUse(context);
    if (reason !== undefined || (await findOwn(context, ref)) === undefined) return;
    await context.world.kubernetes.delete([ref]);
  },
  async settle(context) {
    if ((await readGatewayUse(context)).reason !== undefined) return "kept";
    const ref = gatewayRef(context);
    const { namespace } = ref;
    await waitUntilGone(
      context,
      { what: "Removing the Gateway", kind: kinds.Gateway, namespace },
      ({ metadata }) => metadata.name === ref.name && metadata.deletionTimestamp !== undefined,
    );
    await waitUntilGone(
      context,
      { what: "Removing the load balancer", kind: kinds.Service, namespace },
      (service) => isBalancer(context, service),
    );
    return undefined;
  },
};

function nameOfGateway(context: StepContext): string {
  const { namespace, name } = gatewayRef(context);
  return `${namespace}/${name}`;
}

function refuse(what: string): UserError {
  return new UserError(
    "GT-CRDS-IN-USE",
    `Removing the CRDs would remove what others use: ${what}.`,
    { hint: "Run the command without --delete-crds: everything else goes." },
  );
}

async function findBalancers(context: StepContext): Promise<KubernetesObject[]> {
  const { namespace } = gatewayRef(context);
  const services = await context.world.kubernetes.list(kinds.Service, { namespace });
  return services.filter((service) => isBalancer(context, service));
}

function isBalancer(context: StepContext, service: KubernetesObject): boolean {
  return isOfGateway(context, service) && parseService(service).spec.type === "LoadBalancer";
}
