import { resourcePath } from "../../../src/adapters/cluster/resource-path.ts";
import { findKind, type ResourceKind } from "../../../src/kinds.ts";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";

/** Kinds that states hold and the program never names are spelled by Kubernetes' own rule. */
export function kindOf(object: KubernetesObject): ResourceKind {
  const { apiVersion, kind, metadata } = object;
  const plural = `${kind.toLowerCase()}s`;
  const namespaced = metadata.namespace !== undefined;
  return findKind(object) ?? { apiVersion, kind, plural, namespaced };
}

export function pathOf(object: KubernetesObject): string {
  const { namespace, name } = object.metadata;
  return resourcePath(kindOf(object), namespace, name);
}

/** The empty text is the core group. */
export function groupOf({ apiVersion }: { apiVersion: string }): string {
  return apiVersion.includes("/") ? apiVersion.replace(/\/.*/, "") : "";
}

/** Where the API server keeps the object: built-in kinds by their plural, others by their group too. */
export function keyInEtcd(object: KubernetesObject): string {
  const { plural } = kindOf(object);
  const { namespace, name } = object.metadata;
  const group = groupOf(object);
  const isCustom = /^(?:.*\.)?(?:cert-manager\.io|gateway\.networking\.k8s\.io)$/.test(group);
  const kind = group === "" && plural === "services" ? "services/specs" : plural;
  const place = namespace === undefined ? name : `${namespace}/${name}`;
  return `/registry/${isCustom ? `${group}/` : ""}${kind}/${place}`;
}
