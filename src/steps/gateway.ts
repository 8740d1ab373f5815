import { UserError } from "../errors.ts";
import { findCondition, isCurrent, parseGateway } from "../facts/objects.ts";
import { kinds } from "../kinds.ts";
import { mergeGateway } from "../plan/gateway.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { inspectNamespace, inspectObjects } from "./objects.ts";
import type { Step, StepContext } from "./step.ts";
import { waitForObjects } from "./wait.ts";

const id = "gateway";

/**
 * The Gateway, with its HTTP listener only at first: cert-manager makes a Certificate as soon as
 * it sees an HTTPS listener, and its checks would start before the name exists.
 */
export const gateway: Step = {
  id,
  title: "Gateway",
  after: ["gateway-controller", "kept-config"],
  async inspect(context) {
    const { plan, world } = context;
    const live = await world.kubernetes.get(gatewayRef(context));
    const [namespace, items] = await Promise.all([
      inspectNamespace(context, id, plan.namespaces.gateway),
      inspectObjects(context, id, [mergeGateway(live, plan.gateway)]),
    ]);
    const { own, gateway: its } = plan.namespaces;
    return own.metadata.name === its.metadata.name ? items : [namespace, ...items];
  },
  async apply(context) {
    const { plan, world } = context;
    if ((await inspectNamespace(context, id, plan.namespaces.gateway)).intent === "create") {
      await world.kubernetes.apply([plan.namespaces.gateway]);
    }
    await applyGateway(context, plan.gateway);
  },
  async settle(context) {
    await waitUntilAccepted(context);
    const { namespace, name } = context.plan.gateway.metadata;
    return `${namespace}/${name}`;
  },
};

/** Where our Gateway is. */
export function gatewayRef({ plan }: Pick<StepContext, "plan">): {
  kind: typeof kinds.Gateway;
  name: string;
  namespace: string;
} {
  const { name } = plan.gateway.metadata;
  return { kind: kinds.Gateway, name, namespace: plan.config.namespaces.gateway };
}

/** Whether the object belongs to our Gateway, by an owner reference or its controller's label. */
export function isOfGateway(
  { plan }: Pick<StepContext, "plan">,
  { metadata }: KubernetesObject,
): boolean {
  const { labels, ownerReferences = [] } = metadata;
  if (metadata.namespace !== plan.config.namespaces.gateway) return false;
  if (labels?.["gateway.networking.k8s.io/gateway-name"] === plan.names.gateway) return true;
  return ownerReferences.some(
    ({ apiVersion, kind, name }) =>
      apiVersion.startsWith("gateway.networking.k8s.io/") &&
      kind === kinds.Gateway.kind &&
      name === plan.names.gateway,
  );
}

/** Applies what is wanted together with all listeners and annotations of ours that live. */
export async function applyGateway(
  context: Pick<StepContext, "plan" | "world">,
  wanted: KubernetesObject,
): Promise<void> {
  const live = await context.world.kubernetes.get(gatewayRef(context));
  await context.world.kubernetes.apply([mergeGateway(live, wanted)]);
}

async function waitUntilAccepted(context: StepContext): Promise<void> {
  const { name, namespace } = gatewayRef(context);
  await waitForObjects(
    context,
    { what: `The Gateway ${namespace}/${name}` },
    { gateways: { kind: kinds.Gateway, options: { namespace, name } } },
    ({ gateways: [live] }) => {
      const conditions = live === undefined ? [] : parseGateway(live).status.conditions;
      const accepted = findCondition(conditions, "Accepted");
      if (accepted === undefined || !isCurrent(accepted, live?.metadata.generation)) {
        return { waiting: "its controller has not looked at it yet" };
      }
      if (accepted.status === "True") return { done: true };
      if (accepted.reason !== "GatewayConflict") return { waiting: accepted.message };
      throw new UserError("GT-GATEWAY-CONFLICT", `The Gateway is not served: ${accepted.message}`, {
        hint: "NGINX Gateway Fabric 1.4 serves one Gateway per cluster: remove the other one, or use --versions current.",
      });
    },
  );
}
