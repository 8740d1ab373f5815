import { findServiceIngress, parseService } from "../../facts/objects.ts";
import { findOwner } from "../../facts/ownership.ts";
import { parseHttpRoute } from "../../facts/objects.ts";
import { kinds } from "../../kinds.ts";
import type { PlanItem } from "../../plan/plan.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { gatewayRef, isOfGateway } from "../gateway.ts";
import type { Step, StepContext } from "../step.ts";
import { findOwn, nameOf, waitUntilGone } from "./removal.ts";

const id = "gateway";

/** Our Gateway, until its load balancer is gone too: an orphan would go on costing money. */
export const gatewayRemoval: Step = {
  id,
  title: "Gateway and load balancer",
  after: ["dns-record"],
  async inspect(context) {
    const [live, balancers, routes] = await Promise.all([
      findOwn(context, gatewayRef(context)),
      findBalancers(context),
      findForeignRoutes(context),
    ]);
    const items: PlanItem[] = balancers.map((service) => ({
      step: id,
      kind: "Load balancer",
      name: findServiceIngress(service)[0] ?? nameOf(service),
      intent: "delete",
    }));
    if (live === undefined) return items;
    const used = routes.map((route) => `HTTPRoute ${nameOf(route)}`).join(", ");
    const fields = used === "" ? {} : { fields: [`ends what others hang on it: ${used}`] };
    return [
      { step: id, kind: "Gateway", name: nameOf(live), intent: "delete", ...fields },
      ...items,
    ];
  },
  async apply(context) {
    const ref = gatewayRef(context);
    if ((await findOwn(context, ref)) !== undefined) await context.world.kubernetes.delete([ref]);
  },
  async settle(context) {
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

async function findBalancers(context: StepContext): Promise<KubernetesObject[]> {
  const { namespace } = gatewayRef(context);
  const services = await context.world.kubernetes.list(kinds.Service, { namespace });
  return services.filter((service) => isBalancer(context, service));
}

function isBalancer(context: StepContext, service: KubernetesObject): boolean {
  return isOfGateway(context, service) && parseService(service).spec.type === "LoadBalancer";
}

async function findForeignRoutes({ plan, world }: StepContext): Promise<KubernetesObject[]> {
  const routes = await world.kubernetes.list(kinds.HTTPRoute);
  return routes.filter((route) => {
    const owner = findOwner(route.metadata);
    if (owner.ours || owner.name.startsWith("Challenge ")) return false;
    return parseHttpRoute(route).spec.parentRefs.some(
      (ref) =>
        ref.name === plan.names.gateway &&
        (ref.namespace ?? route.metadata.namespace) === plan.config.namespaces.gateway,
    );
  });
}
