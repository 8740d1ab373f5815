import type { RunOptions } from "../config/config.ts";
import type { Flags } from "../config/settings.ts";
import { UserError } from "../errors.ts";
import type { Terminal } from "../ports/terminal.ts";
import type { ClusterConnection, World } from "../ports/world.ts";
import { connectToCluster } from "../runner/connect.ts";
import { accessOf, completeError } from "./access.ts";
import { chooseCluster } from "./choose-cluster.ts";

/** A cluster to look at. */
export interface Opened {
  connection: ClusterConnection;
  /** `undefined` where the user's own kubeconfig is all that is known. */
  cluster: string | undefined;
}

/** How the user wants it reached. */
export interface Reach {
  flags: Flags;
  options: Pick<RunOptions, "kubeconfig" | "context">;
  /** To choose with where there are several; `undefined` when nothing may be asked. */
  terminal: Terminal | undefined;
}

/**
 * The cluster to look at: the one that is named, or the only one there is. With the user's own
 * kubeconfig it is read even where AWS does not answer. Throws what is in the way.
 */
export async function openCluster(
  world: World,
  named: string | undefined,
  region: string,
  reach: Reach,
): Promise<Opened> {
  try {
    return await open(world, named, region, reach);
  } catch (error) {
    throw completeError(error, accessOf(reach.flags, named));
  }
}

async function open(
  world: World,
  named: string | undefined,
  region: string,
  { options, terminal }: Reach,
): Promise<Opened> {
  const { kubeconfig, context } = options;
  const hasOwn = kubeconfig !== undefined || context !== undefined;
  const access = {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  };
  if (named === undefined && hasOwn) {
    return { connection: await world.connect(undefined, access), cluster: undefined };
  }
  const cluster = named ?? (await chooseCluster(world, terminal));
  const connection = await connectToCluster(world, { cluster, region }, options);
  if (!(connection instanceof UserError)) return { connection, cluster };
  const isAboutAws = connection.code.split("-")[1] === "AWS";
  if (!hasOwn || !isAboutAws) throw connection;
  return { connection: await world.connect(undefined, access), cluster };
}
