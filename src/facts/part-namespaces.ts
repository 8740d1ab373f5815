import { valueOf, type Fact } from "./fact.ts";
import type { Deployment } from "./objects.ts";
import type { Survey } from "./survey.ts";

/** Charts name their Deployments so, in `app.kubernetes.io/name`. */
const NAMES = {
  externalDns: ["external-dns"],
  gatewayController: ["nginx-gateway-fabric", "nginx-gateway"],
  certManager: ["cert-manager"],
} as const;

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
