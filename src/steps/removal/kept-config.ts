import { findForeignContent } from "../../facts/namespace-content.ts";
import { kinds } from "../../kinds.ts";
import type { PlanItem } from "../../plan/plan.ts";
import type { ObjectRef } from "../../ports/kubernetes.ts";
import type { Step, StepContext } from "../step.ts";
import { markLeftByKilled } from "../chart-crds.ts";
import { findGatewayInside } from "./namespaces.ts";
import {
  deleteDoomed,
  describeDoomed,
  findOwn,
  nameOf,
  type RemovalContext,
  waitUntilGone,
} from "./removal.ts";

const id = "kept-config";

/**
 * The kept configuration, when all that it describes is gone. Its namespace, with the Lease of this
 * very run in it, goes when all steps are done.
 */
export const keptConfigRemoval: Step = {
  id,
  title: "Kept configuration",
  after: ["gateway-api-crds", "namespaces"],
  async inspect(context) {
    const [config, last] = await Promise.all([findConfig(context), describeLast(context)]);
    return [...describeDoomed(id, config), ...last];
  },
  async apply(context) {
    const config = await findConfig(context);
    // Only while it is there can those be told that nobody had the time to mark.
    if (config.length > 0) await markLeftByKilled(context);
    await deleteDoomed(context, config);
  },
};

async function findConfig(context: StepContext) {
  const { name, namespace } = context.plan.keptConfig.metadata;
  const object = await findOwn(context, {
    kind: kinds.ConfigMap,
    name,
    ...(namespace === undefined ? {} : { namespace }),
  });
  return object === undefined ? [] : [{ object }];
}

async function describeLast(context: StepContext): Promise<PlanItem[]> {
  const namespace = await findOwn(context, ownNamespace(context));
  // On its way out already: nothing can be written into it any more.
  if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) return [];
  const reason = await findReason(context);
  const name = nameOf(namespace);
  const item = { step: id, kind: "Namespace", name } as const;
  return [
    reason === undefined ? { ...item, intent: "delete" } : { ...item, intent: "keep", reason },
  ];
}

async function findReason(context: RemovalContext): Promise<string | undefined> {
  const { plan, world } = context;
  const own = plan.namespaces.own.metadata.name;
  const isGateways = own === plan.config.namespaces.gateway;
  const gateway = isGateways ? await findGatewayInside(context) : undefined;
  return gateway ?? findForeignContent(world.kubernetes, own, Object.values(plan.releases));
}

const ownNamespace = ({ plan }: Pick<RemovalContext, "plan">): ObjectRef => ({
  kind: kinds.Namespace,
  name: plan.namespaces.own.metadata.name,
});

/**
 * What is left of us when all steps are done: the namespace with this run's Lease in it, or the Lease
 * alone where others keep something in the namespace.
 */
export async function removeOwnNamespace(
  context: Pick<StepContext, "plan" | "world" | "options" | "waiting">,
): Promise<void> {
  const { plan, world } = context;
  const own = ownNamespace(context);
  const isEmpty = (await findReason(context)) === undefined;
  if (isEmpty && (await findOwn(context, own)) !== undefined) {
    await world.kubernetes.delete([own]);
    const what = `Removing the namespace ${own.name}`;
    const quiet = { ...context, report: () => undefined };
    await waitUntilGone(
      quiet,
      { what, kind: kinds.Namespace },
      ({ metadata }) => metadata.name === own.name && metadata.deletionTimestamp !== undefined,
    );
    return;
  }
  const lease = { kind: kinds.Lease, name: plan.names.lease, namespace: own.name };
  if ((await world.kubernetes.get(lease)) !== undefined) await world.kubernetes.delete([lease]);
}
