import type { CheckReport } from "../checks/check.ts";
import { runPreflight } from "../checks/preflight.ts";
import { resolveEnvironment } from "../checks/environment.ts";
import { firstFailure } from "../checks/run-checks.ts";
import type { Config, RunOptions } from "../config/config.ts";
import { UserError } from "../errors.ts";
import { readAccountFacts } from "../facts/account-facts.ts";
import { readClusterFacts } from "../facts/cluster-facts.ts";
import { unreadClusterFacts, type ClusterFacts, type Facts } from "../facts/facts.ts";
import { buildPlan } from "../plan/build-plan.ts";
import { buildNames } from "../plan/names.ts";
import type { Plan, PlanItem } from "../plan/plan.ts";
import type { Templates } from "../plan/template.ts";
import { versionSets } from "../plan/version-sets.ts";
import type { ClusterConnection, ConnectedWorld, World } from "../ports/world.ts";
import type { Step, StepContext } from "../steps/step.ts";

/** What a plan is made from, beside the facts. */
export interface Question {
  config: Config;
  options: RunOptions;
  /** The config as it will be kept. */
  configText: string;
  templates: Templates;
  /** The hosts that the run is about: what is wrong with others does not stop it. */
  about?: readonly string[];
}

/** A look at everything, before the first write. */
export interface Examination {
  facts: Facts;
  report: CheckReport;
  /** What stops the run, if something does. */
  failure: UserError | undefined;
}

/**
 * Reads all facts and runs the preflight. Without a connection (the cluster could not be reached)
 * what only the cluster knows is unknown for that reason, and the rest is still checked.
 */
export async function examine(
  world: Omit<World, "connect">,
  connection: ClusterConnection | UserError,
  { config, options, about }: Question,
): Promise<Examination> {
  const versions = versionSets[config.versions];
  const [account, cluster] = await Promise.all([
    readAccountFacts(world, {
      config,
      nameFor: (caller) =>
        buildNames({ caller, cluster: { name: config.cluster, region: config.region } }),
      ...(options.dnsServer === undefined ? {} : { dnsServer: options.dnsServer }),
    }),
    readCluster(world, connection, config),
  ]);
  const facts: Facts = { ...account, ...cluster };
  const report = runPreflight({
    config,
    facts,
    versions,
    ...(about === undefined ? {} : { about }),
  });
  return { facts, report, failure: firstFailure(report) };
}

async function readCluster(
  world: Omit<World, "connect">,
  connection: ClusterConnection | UserError,
  config: Config,
): Promise<ClusterFacts> {
  if (connection instanceof UserError) return unreadClusterFacts(connection);
  const caller = await world.caller.identify().catch((error: unknown) => {
    if (error instanceof UserError) return { account: "unknown" };
    throw error;
  });
  const names = buildNames({ caller, cluster: { name: config.cluster, region: config.region } });
  return readClusterFacts(connection, { config, names });
}

/** The plan for what was found; throws what the version set cannot do. */
export function planFor({ facts }: Examination, { config, configText, templates }: Question): Plan {
  return buildPlan({
    config,
    environment: resolveEnvironment(config, facts, versionSets[config.versions]),
    templates,
    configText,
  });
}

const silent = (): void => undefined;

/** What each step would do, from reads only, side by side; in the order of the steps. */
export async function inspectAll(
  steps: readonly Step[],
  plan: Plan,
  world: ConnectedWorld,
  options: StepContext["options"],
): Promise<PlanItem[]> {
  const never = new AbortController().signal;
  const context: StepContext = {
    plan,
    world,
    options,
    report: silent,
    warn: silent,
    signal: never,
    waiting: never,
  };
  const items = await Promise.all(steps.map(({ inspect }) => inspect(context)));
  return items.flat();
}
