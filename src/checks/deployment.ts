import { findCondition } from "../facts/condition.ts";
import { valueOf } from "../facts/fact.ts";
import type { Deployment } from "../facts/objects.ts";
import { explainPod } from "../facts/pods.ts";
import type { StatusFacts } from "../facts/status-facts.ts";
import type { ObjectMeta } from "../ports/kubernetes.ts";
import { repairHint } from "./repair.ts";
import { judgeDeletion } from "./conditions.ts";
import { broken, nameObject, onItsWay, type LinkInput, type LinkVerdict } from "./chain.ts";

/** What of a Deployment is wrong: absent, stopped, on its way, or stuck for the reason its pods give. */
export function judgeDeployment(
  live: Deployment | undefined,
  what: string,
  { survey, facts: { pods } }: Pick<LinkInput, "survey" | "facts">,
): LinkVerdict {
  if (live === undefined)
    return broken("GT-DEPLOYMENT-MISSING", `${what} is not installed.`, {
      hint: repairHint({ survey }, "kubectl get deployments --all-namespaces"),
    });
  const object = nameObject("Deployment", live.metadata);
  const { name, namespace = "default" } = live.metadata;
  const leaving = judgeDeletion(live.metadata, object);
  if (leaving !== undefined) return leaving;
  const wanted = live.spec.replicas ?? 1;
  const ready = live.status.readyReplicas ?? 0;
  if (wanted === 0)
    return broken("GT-DEPLOYMENT-STOPPED", `${what} is scaled to 0.`, {
      object,
      hint: `kubectl scale deployment ${name} --namespace ${namespace} --replicas=1`,
    });
  if (ready > 0) return { state: "ok", object };
  const since = findCondition(live.status, "Available")?.lastTransitionTime;
  const reason = `${what} has no ready pod (0 of ${wanted}).`;
  const why = explainPods(live, pods);
  const progress = findCondition(live.status, "Progressing");
  if (why === undefined && progress?.status !== "False") return onItsWay(reason, { object, since });
  const hint = `kubectl describe pods --namespace ${namespace}`;
  const words = [reason, why ?? progress?.message ?? ""].join(" ").trim();
  return broken("GT-DEPLOYMENT-NOT-READY", words, { object, since, hint });
}

function explainPods({ metadata }: Deployment, pods: StatusFacts["pods"]): string | undefined {
  return valueOf(pods)
    ?.filter((pod) => isPodOf(pod.metadata, metadata))
    .map(explainPod)
    .find((why) => why !== undefined);
}

const NAME = "app.kubernetes.io/name";

/** By namespace, name and label: one Deployment's name can begin another's. */
export function isPodOf(pod: ObjectMeta, deployment: ObjectMeta): boolean {
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
  const watching = found.find(({ spec }) =>
    spec.template.spec.containers.some(({ args }) => args.includes("--source=gateway-httproute")),
  );
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
