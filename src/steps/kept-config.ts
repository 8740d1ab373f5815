import { applyDifferent, inspectNamespace, inspectObjects } from "./objects.ts";
import type { Step } from "./step.ts";

const id = "kept-config";

/**
 * The intended configuration, kept in the cluster before the first Gateway write, so that every
 * later command needs only the cluster.
 */
export const keptConfig: Step = {
  id,
  title: "Kept configuration",
  after: [],
  async inspect(context) {
    const [namespace, config] = await Promise.all([
      inspectNamespace(context, id, context.plan.namespaces.own),
      inspectObjects(context, id, [context.plan.keptConfig]),
    ]);
    return [namespace, ...config];
  },
  async apply(context) {
    const { own } = context.plan.namespaces;
    if ((await inspectNamespace(context, id, own)).intent === "create") {
      await context.world.kubernetes.apply([own]);
    }
    await applyDifferent(context, id, [context.plan.keptConfig]);
  },
  async settle({ plan }) {
    const { namespace, name } = plan.keptConfig.metadata;
    return `ConfigMap ${namespace}/${name}`;
  },
};
