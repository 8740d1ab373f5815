import { findCondition, isCurrent, parseDeployment, parseHttpRoute } from "../facts/objects.ts";
import { kinds } from "../kinds.ts";
import { gatewayHasListener } from "../plan/gateway.ts";
import type { DesiredHost, PlanItem } from "../plan/plan.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { gatewayRef } from "./gateway.ts";
import { waitForHosts } from "./hosts.ts";
import { applyDifferent, inspectNamespace, inspectObjects, refOf } from "./objects.ts";
import type { Step, StepContext } from "./step.ts";
import { type Look, waitForObjects } from "./wait.ts";

const id = "routes";

/**
 * The sample app, and each host's route on port 80, so that ExternalDNS sees the name. A route
 * that the last step has moved to HTTPS already stays there, as long as its listener is there too:
 * without it no route of the host would be accepted, and the listener comes later.
 */
export const routes: Step = {
  id,
  title: "Backends and routes",
  after: ["gateway"],
  async inspect(context) {
    const { sampleApp, namespaces } = context.plan;
    const [namespace, app, hosts] = await Promise.all([
      sampleApp.length === 0 ? undefined : inspectNamespace(context, id, namespaces.sampleApp),
      inspectObjects(context, id, sampleApp),
      inspectRoutes(context),
    ]);
    return [...(namespace === undefined ? [] : [namespace]), ...app, ...hosts];
  },
  async apply(context) {
    const { sampleApp, namespaces } = context.plan;
    if (sampleApp.length > 0) {
      const { intent } = await inspectNamespace(context, id, namespaces.sampleApp);
      if (intent === "create") await context.world.kubernetes.apply([namespaces.sampleApp]);
    }
    const wanted = await routesOfPhase(context);
    await applyDifferent(context, id, [...sampleApp, ...wanted.values()]);
  },
  async settle(context) {
    const wanted = await routesOfPhase(context);
    const names = [...wanted.keys()].map(({ host }) => host.hostname);
    await waitUntilAccepted(context, [...wanted.keys()], (host) => {
      const route = wanted.get(host);
      return route === undefined ? [] : [route];
    });
    await waitForSampleApp(context);
    if (names.length === 0) return "no hosts";
    return names.length > 3 ? `${names.length} hosts` : names.join(", ");
  },
};

async function inspectRoutes(context: StepContext): Promise<PlanItem[]> {
  const wanted = await routesOfPhase(context);
  return inspectObjects(context, id, [...wanted.values()]);
}

/** In the order of the hosts; one that fails later is still in it. */
async function routesOfPhase({
  plan,
  world,
}: StepContext): Promise<Map<DesiredHost, KubernetesObject>> {
  const gateway = await world.kubernetes.get(gatewayRef({ plan }));
  const routeOf = async (host: DesiredHost): Promise<KubernetesObject> => {
    if (!gatewayHasListener(gateway, host.listener.name)) return host.bootstrapRoute;
    const live = await world.kubernetes.get(refOf(host.route));
    return isOnHttps(host, live) ? host.route : host.bootstrapRoute;
  };
  const found = await Promise.all(
    plan.hosts.map(async (host) => [host, await routeOf(host)] as const),
  );
  return new Map(found);
}

function isOnHttps(host: DesiredHost, live: KubernetesObject | undefined): boolean {
  if (live === undefined) return false;
  return parseHttpRoute(live).spec.parentRefs.some(
    ({ sectionName }) => sectionName === host.listener.name,
  );
}

/** Waits until the Gateway has accepted each host's routes, at their newest generation. */
export async function waitUntilAccepted(
  context: StepContext,
  hosts: readonly DesiredHost[],
  routesOf: (host: DesiredHost) => readonly KubernetesObject[],
): Promise<void> {
  await waitForHosts(
    context,
    { what: "Accepting the HTTPRoutes" },
    { routes: { kind: kinds.HTTPRoute } },
    hosts,
    ({ routes: live }, host) => {
      for (const { metadata } of routesOf(host)) {
        const found = live.find(
          ({ metadata: at }) => at.name === metadata.name && at.namespace === metadata.namespace,
        );
        const look = lookAtRoute(`${metadata.namespace}/${metadata.name}`, found);
        if ("waiting" in look) return look;
      }
      return { done: true };
    },
  );
}

function lookAtRoute(name: string, object: KubernetesObject | undefined): Look<true> {
  if (object === undefined) return { waiting: `HTTPRoute ${name} is not there yet` };
  const route = parseHttpRoute(object);
  if (route.status.parents.length < route.spec.parentRefs.length) {
    return { waiting: `HTTPRoute ${name} has not been looked at by the gateway controller` };
  }
  for (const parent of route.status.parents) {
    for (const type of ["Accepted", "ResolvedRefs"]) {
      const condition = findCondition(parent.conditions, type);
      if (condition === undefined || !isCurrent(condition, object.metadata.generation)) {
        return { waiting: `HTTPRoute ${name} has not been looked at by the gateway controller` };
      }
      if (condition.status !== "True") {
        return { waiting: `HTTPRoute ${name}: ${condition.reason}: ${condition.message}` };
      }
    }
  }
  return { done: true };
}

async function waitForSampleApp(context: StepContext): Promise<void> {
  const deployment = context.plan.sampleApp.find(({ kind }) => kind === kinds.Deployment.kind);
  if (deployment === undefined) return;
  const { name, namespace } = deployment.metadata;
  await waitForObjects(
    context,
    { what: "The sample app" },
    {
      deployments: {
        kind: kinds.Deployment,
        options: { name, ...(namespace === undefined ? {} : { namespace }) },
      },
    },
    ({ deployments: [live] }) => {
      const available =
        live === undefined
          ? undefined
          : findCondition(parseDeployment(live).status.conditions, "Available");
      if (available?.status === "True") return { done: true };
      return { waiting: `Deployment ${name}: ${available?.message ?? "its pods are starting"}` };
    },
  );
}
