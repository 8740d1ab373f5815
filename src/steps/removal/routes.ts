import { kinds } from "../../kinds.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { parseHttpRoute } from "../../facts/objects.ts";
import { isOurs } from "../../facts/ownership.ts";
import type { Step, StepContext } from "../step.ts";
import { deleteDoomed, describeDoomed, OURS, waitUntilGone } from "./removal.ts";

const id = "routes";

/** Our HTTPRoutes in every namespace, a killed rehearsal's too, and the sample app. */
export const routeRemoval: Step = {
  id,
  title: "Routes and sample app",
  after: ["certificate"],
  async inspect(context) {
    const found = await findDoomed(context);
    return describeDoomed(
      id,
      found.map((object) => ({ object })),
    );
  },
  async apply(context) {
    const found = await findDoomed(context);
    await deleteDoomed(
      context,
      found.map((object) => ({ object })),
    );
  },
  async settle(context) {
    const what = "Removing the HTTPRoutes";
    await waitUntilGone(context, { what, kind: kinds.HTTPRoute }, (route) =>
      isMeant(context, route),
    );
    return undefined;
  },
};

async function findDoomed(context: StepContext): Promise<KubernetesObject[]> {
  const { plan, world } = context;
  const { sampleApp: namespace } = plan.config.namespaces;
  const isSampleUsed = plan.leaving !== undefined && plan.config.sampleApp;
  const wanted = isSampleUsed ? [] : [kinds.Deployment, kinds.Service];
  const [routes, ...sample] = await Promise.all([
    world.kubernetes.list(kinds.HTTPRoute, { labelSelector: OURS }),
    ...wanted.map((kind) => world.kubernetes.list(kind, { namespace, labelSelector: OURS })),
  ]);
  const going = routes.filter((route) => isMeant(context, route));
  const app = sample.flat().filter(({ metadata }) => metadata.name === plan.names.sampleApp);
  return [...going, ...app];
}

/** One of ours, and with hosts that leave, one that names such a host. */
function isMeant({ plan }: StepContext, route: KubernetesObject): boolean {
  if (!isOurs(route.metadata.labels)) return false;
  if (plan.leaving === undefined) return true;
  const { hostnames } = parseHttpRoute(route).spec;
  return plan.leaving.some(({ host }) => hostnames.includes(host.hostname));
}
