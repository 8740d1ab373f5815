import { UserError } from "../errors.ts";
import { kinds, type ResourceKind } from "../kinds.ts";
import type { Kubernetes, KubernetesObject } from "../ports/kubernetes.ts";
import { isOurs } from "./ownership.ts";

/** What people and other programs put into namespaces, of the kinds that we know. */
const LOOKED_AT: readonly ResourceKind[] = [
  kinds.ConfigMap,
  kinds.Secret,
  kinds.Service,
  kinds.ServiceAccount,
  kinds.PersistentVolumeClaim,
  kinds.Deployment,
  kinds.StatefulSet,
  kinds.DaemonSet,
  kinds.Job,
  kinds.CronJob,
  kinds.Ingress,
  kinds.Pod,
  kinds.Gateway,
  kinds.HTTPRoute,
  kinds.Issuer,
  kinds.Certificate,
];

/** Made by Kubernetes in every namespace, or left behind by our charts' own programs. */
const BY_THEMSELVES: readonly string[] = [
  "ConfigMap kube-root-ca.crt",
  "ServiceAccount default",
  // cert-manager's webhook and NGINX Gateway Fabric's certificate generator make these at run time.
  "Secret cert-manager-webhook-ca",
  "Secret server-tls",
  "Secret agent-tls",
  "Secret gateway-tls-staging-account",
  "Secret gateway-tls-production-account",
  "ConfigMap gateway-tls",
];

const OWN_ISSUERS = ["gateway-tls-staging", "gateway-tls-production"];

/**
 * Something in a namespace that neither we nor our charts made, as a clause: "kept: ConfigMap
 * shop/settings is in it". Also when a kind cannot be listed.
 */
export async function findForeignContent(
  kubernetes: Kubernetes,
  namespace: string,
  releases: readonly { name: string; namespace: string }[],
): Promise<string | undefined> {
  try {
    const lists = await Promise.all(LOOKED_AT.map((kind) => kubernetes.list(kind, { namespace })));
    const foreign = lists.flat().find((object) => !isExpected(object, releases));
    if (foreign === undefined) return undefined;
    return `kept: ${foreign.kind} ${namespace}/${foreign.metadata.name} is in it`;
  } catch (error) {
    if (!(error instanceof UserError) || error.retry !== undefined) throw error;
    return "kept: what is in it cannot be listed";
  }
}

function isExpected(
  object: KubernetesObject,
  releases: readonly { name: string; namespace: string }[],
): boolean {
  const { name, labels, annotations = {}, ownerReferences = [] } = object.metadata;
  if (isOurs(labels) || ownerReferences.length > 0) return true;
  // Made for a Gateway by its controller: it goes with the Gateway (GEP-1762).
  if (labels?.["gateway.networking.k8s.io/gateway-name"] !== undefined) return true;
  if (BY_THEMSELVES.includes(`${object.kind} ${name}`)) return true;
  if (OWN_ISSUERS.includes(annotations["cert-manager.io/issuer-name"] ?? "")) return true;
  if (object.kind === kinds.Secret.kind && isOfHelm(name, releases)) return true;
  return releases.some(
    (release) =>
      annotations["meta.helm.sh/release-name"] === release.name &&
      annotations["meta.helm.sh/release-namespace"] === release.namespace,
  );
}

/** `sh.helm.release.v1.cert-manager.v1` (helm, pkg/storage/driver/secrets.go). */
function isOfHelm(name: string, releases: readonly { name: string }[]): boolean {
  return releases.some((release) => name.startsWith(`sh.helm.release.v1.${release.name}.v`));
}
