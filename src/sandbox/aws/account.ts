import { UserError } from "../../errors.ts";
import type { Caller, Clusters } from "../../ports/aws.ts";
import type { Simulation } from "../simulation.ts";

/** What every call to AWS goes through first. */
export type Enter = () => Promise<void>;

export function createEnter(simulation: Simulation): Enter {
  return async () => {
    simulation.clock.touch();
    await Promise.resolve();
    if (!simulation.hasFault("expired-credentials")) return;
    throw new UserError(
      "GT-AWS-CREDENTIALS",
      "The AWS credentials do not work: ExpiredToken: The security token included in the request is expired.",
      { hint: "Sign in again: aws sso login." },
    );
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
      requireCluster(simulation, cluster);
      return (aws.addons[cluster] ?? []).map(({ activeFrom, ...addon }) => ({
        ...addon,
        tags: { ...addon.tags },
        status: simulation.now >= activeFrom ? "ACTIVE" : "CREATING",
      }));
    },
    createAddon: async (cluster, name, tags) => {
      await enter();
      requireCluster(simulation, cluster);
      const addons = (aws.addons[cluster] ??= []);
      if (addons.some((addon) => addon.name === name)) {
        throw new UserError(
          "GT-AWS-EXISTS",
          `ResourceInUseException: Addon already exists: ${name}.`,
        );
      }
      const activeFrom = simulation.now + ADDON_MS;
      const version = "v1.3.10-eksbuild.1";
      addons.push({ name, version, status: "CREATING", tags: { ...tags }, activeFrom });
      onWrite();
    },
    deleteAddon: async (cluster, name) => {
      await enter();
      requireCluster(simulation, cluster);
      const addons = aws.addons[cluster] ?? [];
      const rest = addons.filter((addon) => addon.name !== name);
      if (rest.length === addons.length) return;
      aws.addons[cluster] = rest;
      onWrite();
    },
  };
}

/** EKS's answer for a cluster that is not there. */
export function requireCluster({ state }: Simulation, name: string): void {
  if (state.aws.clusters[name] !== undefined) return;
  throw new UserError(
    "GT-AWS-FAILED",
    `ResourceNotFoundException: No cluster found for name: ${name}.`,
    { hint: `Clusters there: ${Object.keys(state.aws.clusters).join(", ")}.` },
  );
}
