import { describeAbsentCluster } from "../checks/absent-cluster.ts";
import type { Config, RunOptions } from "../config/config.ts";
import { UsageError, UserError } from "../errors.ts";
import { readCaller } from "../facts/caller.ts";
import { readClusterNames } from "../facts/cluster.ts";
import { valueOf } from "../facts/fact.ts";
import type { ClusterConnection, ConnectedWorld, World } from "../ports/world.ts";

/**
 * The same world, asking once for who calls and what the cluster is: both stay the same while a
 * command runs, and several readers ask.
 */
export function rememberIdentity(world: World): World {
  const { caller, clusters } = world;
  const found = new Map<string, ReturnType<typeof clusters.find>>();
  let identity: ReturnType<typeof caller.identify> | undefined;
  return {
    ...partsOf(world),
    connect: (cluster, access) => world.connect(cluster, access),
    caller: {
      identify: () => (identity ??= caller.identify()),
    },
    clusters: {
      list: () => clusters.list(),
      listAddons: (cluster) => clusters.listAddons(cluster),
      createAddon: (cluster, name, tags) => clusters.createAddon(cluster, name, tags),
      deleteAddon: (cluster, name) => clusters.deleteAddon(cluster, name),
      find: (name) => {
        const known = found.get(name) ?? clusters.find(name);
        found.set(name, known);
        return known;
      },
    },
  };
}

/**
 * Connects to the cluster of the config. A cluster that is not there or cannot be reached is a
 * value: the preflight tells it together with all that is wrong.
 */
export async function connectToCluster(
  world: World,
  { cluster: name, region }: Pick<Config, "cluster" | "region">,
  options: Pick<RunOptions, "kubeconfig" | "context">,
): Promise<ClusterConnection | UserError> {
  const { kubeconfig, context } = options;
  const access = {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  };
  try {
    const cluster = await world.clusters.find(name);
    if (cluster !== undefined) return await world.connect(cluster, access);
    return await explainAbsent(world, { name, region });
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

async function explainAbsent(
  { caller, clusters }: Pick<World, "caller" | "clusters">,
  asked: { name: string; region: string },
): Promise<UsageError> {
  const [who, names] = await Promise.all([readCaller(caller), readClusterNames(clusters)]);
  const { message, hint } = describeAbsentCluster({
    ...asked,
    account: valueOf(who)?.account,
    names: valueOf(names),
  });
  return new UsageError("GT-CLUSTER-NOT-FOUND", message, { hint });
}

/** The world with its cluster: what steps work on. Closing it closes the connection only. */
export function withConnection(world: World, connection: ClusterConnection): ConnectedWorld {
  const { kubernetes, charts } = connection;
  return { ...partsOf(world), kubernetes, charts, close: () => connection.close() };
}

function partsOf(world: World): Omit<World, "connect"> {
  const { caller, clusters, identity, zones, resolver, probe, tools, downloads, clock } = world;
  const close = () => world.close();
  return { caller, clusters, identity, zones, resolver, probe, tools, downloads, clock, close };
}
