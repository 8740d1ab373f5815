import type { KubernetesObject } from "../../ports/kubernetes.ts";

/** What CRDs differ in here; the first of the `versions` is the stored one. */
export interface CrdSketch {
  group: string;
  kind: string;
  plural: string;
  versions: readonly string[];
  namespaced: boolean;
}

/** A CustomResourceDefinition with all but its schema: the sandbox validates by other means. */
export function buildCrd(
  { group, kind, plural, versions, namespaced }: CrdSketch,
  metadata: { labels?: Record<string, string>; annotations?: Record<string, string> } = {},
): KubernetesObject {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}`, ...metadata },
    spec: {
      group,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      scope: namespaced ? "Namespaced" : "Cluster",
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        },
      })),
    },
  };
}
