import { parseDeployment } from "../facts/objects.ts";
import { hasOtherIdentity, isLivePod, parsePod } from "../facts/pods.ts";
import { kinds } from "../kinds.ts";
import type { Plan, PlanItem } from "../plan/plan.ts";
import type { KubernetesObject, ObjectRef } from "../ports/kubernetes.ts";
import type { StepId } from "../plan/step-id.ts";
import type { StepContext } from "./step.ts";
import { type Look, waitForObjects } from "./wait.ts";

/** ExternalDNS's Deployment. */
export function placeOf({ config, releases }: Pick<Plan, "config" | "releases">): {
  namespace: string;
  name: string;
} {
  return { namespace: config.namespaces.externalDns, name: releases["external-dns"].name };
}

/** Has new pods made in place of the running ones: a pod keeps the identity it was started with. */
export async function restartExternalDns({
  plan,
  world,
}: Pick<StepContext, "plan" | "world">): Promise<void> {
  const restartedAt = world.clock.now().toISOString();
  // What `kubectl rollout restart` writes (kubectl, pkg/polymorphichelpers/objectrestarter.go).
  const annotations = { "kubectl.kubernetes.io/restartedAt": restartedAt };
  await world.kubernetes.patch(refOfDeployment(plan), {
    spec: { template: { metadata: { annotations } } },
  });
}

/** An item where ExternalDNS runs with another identity than the planned one; else none. */
export async function inspectRunning(
  { plan, world }: Pick<StepContext, "plan" | "world">,
  step: StepId,
): Promise<PlanItem[]> {
  const { namespace, name } = placeOf(plan);
  const labelSelector = `app.kubernetes.io/instance=${name}`;
  const pods = await world.kubernetes.list(kinds.Pod, { namespace, labelSelector });
  const { mode, role } = plan.identity;
  const isStale = pods
    .map(parsePod)
    .some((pod) => isLivePod(pod) && hasOtherIdentity(pod, { mode, roleArn: role.arn }));
  if (!isStale || (await world.kubernetes.get(refOfDeployment(plan))) === undefined) return [];
  const fields = ["restart: its pod has another identity"];
  return [{ step, kind: "Deployment", name: `${namespace}/${name}`, intent: "update", fields }];
}

/**
 * Restarts an ExternalDNS that runs with another identity than the planned one, and waits until
 * the pods before have gone.
 */
export async function ensureRestarted(context: StepContext, step: StepId): Promise<void> {
  if ((await inspectRunning(context, step)).length === 0) return;
  context.report("restarting external-dns: it has another identity");
  await restartExternalDns(context);
  const { namespace, name } = placeOf(context.plan);
  await waitForObjects(
    context,
    {
      what: "The restart of external-dns",
      hint: `Read why its pods do not start: kubectl describe pods --namespace ${namespace}; the same command then resumes.`,
    },
    { deployments: { kind: kinds.Deployment, options: { namespace, name } } },
    ({ deployments: [live] }) => lookAtRollout(live),
  );
}

/**
 * As `kubectl rollout status` does, but it need not be available: what keeps it from that, a later
 * step may mend. Pods that are on their way out count no more.
 */
function lookAtRollout(live: KubernetesObject | undefined): Look<true> {
  if (live === undefined) return { done: true };
  const { spec, status, metadata } = parseDeployment(live);
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0 } = status;
  const isSeen = observedGeneration >= (metadata.generation ?? 0);
  const isOver = updatedReplicas >= (spec.replicas ?? 1) && replicas <= updatedReplicas;
  return isSeen && isOver ? { done: true } : { waiting: "external-dns is being restarted" };
}

function refOfDeployment(plan: Plan): ObjectRef {
  return { kind: kinds.Deployment, ...placeOf(plan) };
}
