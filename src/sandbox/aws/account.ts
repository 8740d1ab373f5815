import type { Caller, Clusters, Tags } from "../../ports/aws.ts";
import type { Simulation } from "../simulation.ts";
import { clusterNotFound, credentialsExpired, refuseOthers } from "./errors.ts";

/** What every call to AWS goes through first. */
export type Enter = () => Promise<void>;

/** Throws `GT-AWS-CREDENTIALS-EXPIRED` under the fault `expired-credentials`. */
export function createEnter(simulation: Simulation): Enter {
  return async () => {
    simulation.clock.touch();
    await Promise.resolve();
    if (simulation.hasFault("expired-credentials")) throw credentialsExpired();
  };
}

export function createCaller({ state }: Simulation, enter: Enter): Caller {
  return {
    identify: async () => {
      await enter();
      const { account, callerArn, partition, region } = state.aws;
      return { account, arn: callerArn, partition, region };
    },
  };
}

/** How long EKS takes to bring an add-on up. */
const ADDON_MS = 25_000;
const ADDON_VERSION = "v1.3.10-eksbuild.1";

/** EKS over the simulated account. */
export function createClusters(
  simulation: Simulation,
  enter: Enter,
  onWrite: () => void,
): Clusters {
  const { aws } = simulation.state;
  return {
    list: async () => {
      await enter();
      return Object.keys(aws.clusters);
    },
    find: async (name) => {
      await enter();
      return structuredClone(aws.clusters[name]);
    },
    listAddons: async (cluster) => {
      await enter();
      return addonsOf(simulation, cluster).map(({ activeFrom, ...addon }) => ({
        ...addon,
        tags: { ...addon.tags },
        status: simulation.now >= activeFrom ? "ACTIVE" : "CREATING",
      }));
    },
    createAddon: async (cluster, name, tags) => {
      await enter();
      if (addAddon(simulation, { cluster, name, tags })) onWrite();
    },
    deleteAddon: async (cluster, name) => {
      await enter();
      const addons = addonsOf(simulation, cluster);
      const index = addons.findIndex((addon) => addon.name === name);
      if (index < 0) return;
      addons.splice(index, 1);
      onWrite();
    },
  };
}

/** `false` when ours is there already. */
function addAddon(
  simulation: Simulation,
  { cluster, name, tags }: { cluster: string; name: string; tags: Tags },
): boolean {
  const addons = addonsOf(simulation, cluster);
  const live = addons.find((addon) => addon.name === name);
  if (live !== undefined) refuseOthers(live.tags, tags, `The add-on ${name}`);
  if (live !== undefined) return false;
  const activeFrom = simulation.now + ADDON_MS;
  const status = "CREATING";
  addons.push({ name, version: ADDON_VERSION, status, tags: { ...tags }, activeFrom });
  return true;
}

function addonsOf(simulation: Simulation, cluster: string) {
  requireCluster(simulation, cluster);
  return (simulation.state.aws.addons[cluster] ??= []);
}

/** Refuses a cluster that is not there, as EKS does: `GT-CLUSTER-NOT-FOUND`. */
export function requireCluster({ state }: Simulation, name: string): void {
  if (state.aws.clusters[name] !== undefined) return;
  throw clusterNotFound(name, state.aws.region);
}
