import type { Config } from "../config/config.ts";
import type { ClusterConnection } from "../ports/world.ts";
import { readAccess } from "./access.ts";
import { readCertManagers } from "./cert-manager.ts";
import { readHostClaims } from "./claims.ts";
import { readCrds } from "./crds.ts";
import { type ClusterNames, readExistingObjects, readNamespaces } from "./existing.ts";
import { unreadClusterFacts, type ClusterFacts } from "./facts.ts";
import { readGatewayClasses } from "./gateway-classes.ts";
import { readKeptConfig } from "./kept-config.ts";
import { readKubernetesVersion } from "./kubernetes-version.ts";
import { readLoadBalancer } from "./load-balancer.ts";
import { readReleases } from "./releases.ts";
import { readServices } from "./services.ts";

/** What to ask the cluster about. */
export interface ClusterQuestions {
  config: Config;
  names: ClusterNames;
}

/**
 * Reads everything that only the cluster knows, side by side. Its version is read first: when the
 * API server does not answer, everything is unknown for that one reason.
 */
export async function readClusterFacts(
  { kubernetes, charts }: Pick<ClusterConnection, "kubernetes" | "charts">,
  { config, names }: ClusterQuestions,
): Promise<ClusterFacts> {
  const version = await readKubernetesVersion(kubernetes);
  if (!version.known) return unreadClusterFacts(version.error);
  const [[access, crds, releases, certManagers, loadBalancer, gatewayClasses], rest] =
    await Promise.all([
      Promise.all([
        readAccess(kubernetes, config),
        readCrds(kubernetes),
        readReleases(charts),
        readCertManagers(kubernetes),
        readLoadBalancer(kubernetes),
        readGatewayClasses(kubernetes),
      ]),
      Promise.all([
        readExistingObjects(kubernetes, config, names),
        readNamespaces(kubernetes),
        readServices(kubernetes),
        readHostClaims(kubernetes, config, names),
        readKeptConfig(kubernetes),
      ]),
    ]);
  const [objects, namespaces, services, claims, keptConfig] = rest;
  const running = { access, crds, releases, certManagers, loadBalancer, gatewayClasses };
  return { version, ...running, objects, namespaces, services, claims, keptConfig };
}
