import type { Addon, Cluster, Clusters } from "../ports/aws.ts";
import { readFact, type Fact } from "./fact.ts";

/** The cluster as EKS describes it; `undefined` when the account has none of that name here. */
export async function readCluster(
  clusters: Clusters,
  name: string,
): Promise<Fact<Cluster | undefined>> {
  return readFact(() => clusters.find(name));
}

/** Names of the clusters in the caller's region: for prompts and for the nearest name. */
export async function readClusterNames(clusters: Clusters): Promise<Fact<string[]>> {
  return readFact(() => clusters.list());
}

/** EKS add-ons of the cluster, any kind. */
export async function readAddons(clusters: Clusters, name: string): Promise<Fact<Addon[]>> {
  return readFact(() => clusters.listAddons(name));
}
