import { UserError } from "../errors.ts";
import { parseDeployment } from "../facts/objects.ts";
import {
  findInjectedIdentity,
  hasOtherIdentity,
  isLivePod,
  parsePod,
  type Pod,
} from "../facts/pods.ts";
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
  const { mode, role } = plan.identity;
  const pods = await listLivePods({ plan, world });
  const isStale = pods.some((pod) => hasOtherIdentity(pod, { mode, roleArn: role.arn }));
  if (!isStale || (await world.kubernetes.get(refOfDeployment(plan))) === undefined) return [];
  const fields = ["restart: its pod has another identity"];
  return [{ step, kind: "Deployment", name: `${namespace}/${name}`, intent: "update", fields }];
}

async function listLivePods({ plan, world }: Pick<StepContext, "plan" | "world">): Promise<Pod[]> {
  const { namespace, name } = placeOf(plan);
  const labelSelector = `app.kubernetes.io/instance=${name}`;
  const pods = await world.kubernetes.list(kinds.Pod, { namespace, labelSelector });
  return pods.map(parsePod).filter(isLivePod);
}

/**
 * Restarts an ExternalDNS that runs with another identity than the planned one, and waits until
 * those after it have that one. Throws `GT-EXTERNAL-DNS-IDENTITY` where EKS never gives it to them.
 */
export async function ensureRestarted(context: StepContext, step: StepId): Promise<void> {
  if ((await inspectRunning(context, step)).length === 0) return;
  context.report("restarting external-dns: it has another identity");
  for (let tries = 0; tries < MOST_RESTARTS; tries += 1) {
    await restartExternalDns(context);
    await waitForRollout(context);
    if (await hasPlannedIdentity(context)) return;
    context.report("restarting external-dns again: EKS does not know its new identity yet");
    await context.world.clock.sleep(SPREADING_MS, context.waiting);
  }
  const { namespace, name } = placeOf(context.plan);
  throw new UserError(
    "GT-EXTERNAL-DNS-IDENTITY",
    `EKS gives the pods of ${namespace}/${name} no identity by the new way yet.`,
    { hint: `kubectl rollout restart deployment ${name} --namespace ${namespace}` },
  );
}

/** A new association "may take several seconds to be effective" (EKS, CreatePodIdentityAssociation). */
const SPREADING_MS = 10_000;
const MOST_RESTARTS = 4;

async function hasPlannedIdentity({ plan, world }: StepContext): Promise<boolean> {
  const pods = await listLivePods({ plan, world });
  return pods.every((pod) => findInjectedIdentity(pod) === plan.identity.mode);
}

async function waitForRollout(context: StepContext): Promise<void> {
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
