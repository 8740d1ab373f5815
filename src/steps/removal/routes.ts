import { kinds } from "../../kinds.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";
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
    const meant = namesOf(context);
    await waitUntilGone(
      context,
      { what, kind: kinds.HTTPRoute },
      (object) =>
        isOurs(object.metadata.labels) && (meant === undefined || meant.has(keyOf(object))),
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
  const meant = namesOf(context);
  const going = routes.filter((route) => meant === undefined || meant.has(keyOf(route)));
  const app = sample.flat().filter(({ metadata }) => metadata.name === plan.names.sampleApp);
  return [...going, ...app];
}

/** Routes of the hosts that leave, as `namespace/name`; `undefined` for all of ours. */
function namesOf({ plan }: StepContext): Set<string> | undefined {
  if (plan.leaving === undefined) return undefined;
  const routes = plan.leaving.flatMap(({ route, redirectRoute }) => [route, redirectRoute ?? []]);
  return new Set(routes.flat().map(keyOf));
}

const keyOf = ({ metadata: { namespace, name } }: KubernetesObject): string =>
  `${namespace}/${name}`;
