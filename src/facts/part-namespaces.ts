import { valueOf, type Fact } from "./fact.ts";
import type { Deployment } from "./objects.ts";
import { isOurs } from "./ownership.ts";
import { DATA_PLANE } from "./status-cluster.ts";
import type { Survey } from "./survey.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";

/** Charts name their Deployments so, in `app.kubernetes.io/name`. */
const NAMES = {
  externalDns: ["external-dns"],
  gatewayController: ["nginx-gateway-fabric", "nginx-gateway"],
  certManager: ["cert-manager"],
} as const;

/** Namespaces by part. */
export type PartNamespaces = Record<keyof typeof NAMES, string[]>;

/**
 * Where each part runs. Where nobody said so, its Deployments tell; several, where the cluster has
 * several. Empty when nothing was found.
 */
export function findPartNamespaces(
  { namespaces }: Pick<Survey, "namespaces">,
  deployments: Fact<Deployment[]>,
): PartNamespaces {
  const find = (part: keyof typeof NAMES): string[] => {
    const said = namespaces[part];
    if (said !== undefined) return [said];
    const names: readonly string[] = NAMES[part];
    const found = (valueOf(deployments) ?? []).filter(({ metadata: { labels = {} } }) =>
      names.includes(labels["app.kubernetes.io/name"] ?? ""),
    );
    return [...new Set(found.map(({ metadata }) => metadata.namespace ?? "default"))];
  };
  return {
    externalDns: find("externalDns"),
    gatewayController: find("gatewayController"),
    certManager: find("certManager"),
  };
}

const SOLVER = "acme.cert-manager.io/http01-solver";
const OF_CHARTS = [...Object.values(NAMES).flat(), "webhook", "cainjector", "startupapicheck"];

/** Whether an object is of the parts or of ours; others have theirs in the same namespaces. */
export function isOfParts(
  { metadata: { labels = {}, namespace = "" } }: KubernetesObject,
  namespaces: PartNamespaces,
): boolean {
  if (isOurs(labels) || DATA_PLANE in labels || SOLVER in labels) return true;
  const name = labels["app.kubernetes.io/name"] ?? "";
  return OF_CHARTS.includes(name) && Object.values(namespaces).flat().includes(namespace);
}
