import { kinds, type ResourceKind } from "../kinds.ts";
import type { Kubernetes } from "../ports/kubernetes.ts";
import { readServedKind } from "./served-kind.ts";

/**
 * Every namespaced kind that Kubernetes itself has, but those that it derives from others
 * (Endpoints, EndpointSlices, ControllerRevisions) or that only tell of something (Events, Leases).
 */
export const BUILT_IN: readonly ResourceKind[] = [
  kinds.ConfigMap,
  kinds.Secret,
  kinds.Service,
  kinds.ServiceAccount,
  kinds.PersistentVolumeClaim,
  kinds.Pod,
  kinds.PodTemplate,
  kinds.ReplicationController,
  kinds.ResourceQuota,
  kinds.LimitRange,
  kinds.Deployment,
  kinds.ReplicaSet,
  kinds.StatefulSet,
  kinds.DaemonSet,
  kinds.Job,
  kinds.CronJob,
  kinds.HorizontalPodAutoscaler,
  kinds.PodDisruptionBudget,
  kinds.Ingress,
  kinds.NetworkPolicy,
  kinds.Role,
  kinds.RoleBinding,
  kinds.ResourceClaim,
  kinds.ResourceClaimTemplate,
];

/** The namespaced kinds that CRDs define: read at the first call, and not again. */
export function rememberCustomKinds(kubernetes: Kubernetes): () => Promise<ResourceKind[]> {
  let read: Promise<ResourceKind[]> | undefined;
  return () => (read ??= readCustomKinds(kubernetes));
}

async function readCustomKinds(kubernetes: Kubernetes): Promise<ResourceKind[]> {
  const crds = await kubernetes.list(kinds.CustomResourceDefinition);
  return crds.flatMap((crd) => readServedKind(crd) ?? []).filter(({ namespaced }) => namespaced);
}
