import { INSTALLATION_TAG } from "../plan/identity.ts";
import { MANAGED_BY, MANAGER } from "../plan/manifest.ts";
import type { ObjectMeta } from "../ports/kubernetes.ts";
import type { Tags } from "../ports/aws.ts";

/** Whose something is, in words for people: `helm release cert-manager/cert-manager`. */
export interface Owner {
  ours: boolean;
  name: string;
}

/** Whether labels of an object or of a release say that gateway-tls made it. */
export function isOurs(labels: Record<string, string> | undefined): boolean {
  return labels?.[MANAGED_BY] === MANAGER;
}

/** Whose an object is: our label, helm's annotations, Argo CD's and Flux's labels, EKS, a manager. */
export function findOwner(metadata: ObjectMeta): Owner {
  if (isOurs(metadata.labels)) return { ours: true, name: MANAGER };
  const { annotations = {}, labels = {} } = metadata;
  const release = annotations["meta.helm.sh/release-name"];
  if (release !== undefined) {
    const namespace = annotations["meta.helm.sh/release-namespace"] ?? "default";
    return { ours: false, name: `helm release ${namespace}/${release}` };
  }
  const argo = annotations["argocd.argoproj.io/tracking-id"]?.split(":")[0];
  if (argo !== undefined) return { ours: false, name: `Argo CD application ${argo}` };
  const flux = labels["kustomize.toolkit.fluxcd.io/name"];
  if (flux !== undefined) return { ours: false, name: `Flux kustomization ${flux}` };
  const controller = metadata.ownerReferences?.[0];
  if (controller !== undefined) {
    return { ours: false, name: `${controller.kind} ${controller.name}` };
  }
  return { ours: false, name: nameManager(metadata) };
}

/** Whose an AWS object is, by its tag. */
export function findAwsOwner(tags: Tags, installation: string): Owner {
  const value = tags[INSTALLATION_TAG];
  if (value === installation) return { ours: true, name: MANAGER };
  if (value !== undefined) return { ours: false, name: `gateway-tls installation ${value}` };
  const stack = tags["aws:cloudformation:stack-name"] ?? tags["alpha.eksctl.io/cluster-name"];
  return { ours: false, name: stack === undefined ? "someone else" : `stack or cluster ${stack}` };
}

const MANAGERS: readonly [prefix: string, name: string][] = [
  ["gateway-tls", "an earlier gateway-tls without its label"],
  ["eks", "Amazon EKS"],
  ["helm", "helm"],
  ["kubectl", "kubectl"],
];

function nameManager(metadata: ObjectMeta): string {
  const label = metadata.labels?.[MANAGED_BY];
  if (label !== undefined) return label;
  const managers = (metadata.managedFields ?? []).map(({ manager }) => manager);
  for (const [prefix, name] of MANAGERS) {
    if (managers.some((manager) => manager.startsWith(prefix))) return name;
  }
  return managers[0] ?? "someone else";
}
