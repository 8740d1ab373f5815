import { findCondition } from "../facts/condition.ts";
import { valueOf } from "../facts/fact.ts";
import type { Deployment } from "../facts/objects.ts";
import { explainPod, isLivePod, type Pod } from "../facts/pods.ts";
import type { ObjectMeta } from "../ports/kubernetes.ts";
import { repairHint } from "./repair.ts";
import { argumentsOf } from "./external-dns-arguments.ts";
import { judgeDeletion } from "./conditions.ts";
import { isLate, latestOf, STARTING_MS } from "./patience.ts";
import { broken, nameObject, onItsWay, type LinkInput, type LinkVerdict } from "./chain.ts";

/** What of a Deployment is wrong: absent, stopped, on its way, or stuck for the reason its pods give. */
export function judgeDeployment(
  live: Deployment | undefined,
  what: string,
  input: Pick<LinkInput, "survey" | "facts">,
): LinkVerdict {
  if (live === undefined)
    return broken("GT-DEPLOYMENT-MISSING", `${what} is not installed.`, {
      hint: repairHint(input, "kubectl get deployments --all-namespaces"),
    });
  const object = nameObject("Deployment", live.metadata);
  const { name, namespace = "default" } = live.metadata;
  const leaving = judgeDeletion(live.metadata, object);
  if (leaving !== undefined) return leaving;
  if (live.spec.replicas === 0)
    return broken("GT-DEPLOYMENT-STOPPED", `${what} is scaled to 0.`, {
      object,
      hint: `kubectl scale deployment ${name} --namespace ${namespace} --replicas=1`,
    });
  if ((live.status.readyReplicas ?? 0) > 0) return { state: "ok", object };
  return judgeNotReady(live, what, input);
}

function judgeNotReady(
  live: Deployment,
  what: string,
  { facts }: Pick<LinkInput, "facts">,
): LinkVerdict {
  const object = nameObject("Deployment", live.metadata);
  const reason = `${what} has no ready pod (0 of ${live.spec.replicas ?? 1}).`;
  const pods = valueOf(facts.pods)?.filter((pod) => isLivePodOf(pod, live.metadata));
  const since = findStart(live, pods);
  const why = pods?.map(explainPod).find((words) => words !== undefined);
  const progress = findCondition(live.status, "Progressing");
  const stuck = (words: string) =>
    broken("GT-DEPLOYMENT-NOT-READY", `${reason} ${words}`.trim(), {
      object,
      since,
      hint: `kubectl describe pods --namespace ${live.metadata.namespace ?? "default"}`,
    });
  if (why !== undefined) return stuck(why);
  if (progress?.status === "False") return stuck(progress.message);
  if (isLate(facts.now, since, STARTING_MS)) return stuck("It has had ten minutes to start.");
  if (facts.pods.known) return onItsWay(reason, { object, since });
  const unseen = `${reason} Whether its pods fail could not be read: ${facts.pods.reason}`;
  const { code, hint } = facts.pods.error;
  return { state: "unknown", reason: unseen, code, hint, object, since };
}

/** Since when it could have been ready: a pod that was made anew has its own time. */
function findStart({ status, metadata }: Deployment, pods: readonly Pod[] = []) {
  const available = findCondition(status, "Available");
  if (available !== undefined && available.status !== "False") return undefined;
  const made = pods.map((pod) => pod.metadata.creationTimestamp);
  return latestOf(available?.lastTransitionTime ?? metadata.creationTimestamp, ...made);
}

/** Of the Deployment, and neither finished, evicted nor on its way out. */
export function isLivePodOf(pod: Pod, deployment: ObjectMeta): boolean {
  return isLivePod(pod) && isPodOf(pod.metadata, deployment);
}

const NAME = "app.kubernetes.io/name";

/** By namespace, name and label: one Deployment's name can begin another's. */
function isPodOf(pod: ObjectMeta, deployment: ObjectMeta): boolean {
  return (
    pod.namespace === deployment.namespace &&
    pod.name.startsWith(`${deployment.name}-`) &&
    pod.labels?.[NAME] === deployment.labels?.[NAME]
  );
}

/** ExternalDNS; where there are several, the one that looks at HTTPRoutes. */
export function findExternalDns({
  facts,
  survey,
}: Pick<LinkInput, "facts" | "survey">): Deployment | undefined {
  const all = valueOf(facts.deployments) ?? [];
  const found = findDeployments(all, ["external-dns"], survey.namespaces.externalDns);
  const watching = found.find((live) => argumentsOf(live)("source").includes("gateway-httproute"));
  return watching ?? found[0];
}

/** The Deployments with one of these values of `app.kubernetes.io/name`, in a namespace if it is known. */
export function findDeployments(
  deployments: readonly Deployment[],
  names: readonly string[],
  namespace?: string,
): Deployment[] {
  return deployments.filter(
    ({ metadata }) =>
      names.includes(metadata.labels?.[NAME] ?? "") &&
      (namespace === undefined || metadata.namespace === namespace),
  );
}
