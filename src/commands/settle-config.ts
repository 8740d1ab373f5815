import { type Answers, type Ask, formatAnswers } from "../config/answers.ts";
import type { Config } from "../config/config.ts";
import type { PartialConfig } from "../config/partial-config.ts";
import { resolveConfig, type Resolved } from "../config/resolve.ts";
import { askCluster, createWizard } from "../config/wizard.ts";
import { UserError } from "../errors.ts";
import { readClusterNames } from "../facts/cluster.ts";
import { Connections } from "./connections.ts";
import { offersOf } from "./offers.ts";
import { settleAsked } from "./settle-asked.ts";
import type { AskedHosts, Settled, Unsettled } from "./settled.ts";

/**
 * The whole config, and the cluster it names. What the cluster keeps of an earlier run counts
 * below flags, environment and file, whenever the cluster is known before the rest is asked; hosts
 * that are kept are never lost by a run that names another.
 */
export async function settleConfig(input: Unsettled & { asked?: AskedHosts }): Promise<Settled> {
  const { command, world, resolved } = input;
  const connections = new Connections({ command, world, options: resolved.options });
  try {
    return input.asked === undefined
      ? await settleWhole(input, connections)
      : await settleAsked(input, input.asked, connections);
  } catch (error) {
    await connections.close();
    throw error;
  }
}

async function settleWhole(input: Unsettled, connections: Connections): Promise<Settled> {
  const { region, terminal, world } = input;
  const { options } = input.resolved;
  const { unread, kept, ...known } = await lookAtCluster(input, connections);
  const answers: Answers = { ...known.answers };
  const resolved = withAnswers(input.resolved, answers);
  const wizard = createWizard(terminal, offersOf({ world, region, options }, connections));
  const ask: Ask = async (open) => {
    if (unread !== undefined) throw unread;
    return Object.assign(answers, await wizard(open));
  };
  const layers = { ask, unread, ...(region === undefined ? {} : { region }) };
  const given = kept === undefined ? { resolved } : { resolved, kept };
  const { config } = await resolveConfig({ ...layers, ...given });
  const connection = await connections.find(config.cluster, config.region);
  const settle = (settled: Config): Settled => {
    const { keptText, notes } = connections;
    const answered = { flags: formatAnswers(answers), names: [] };
    return { config: settled, connection, keptText, answered, notes };
  };
  if (kept !== undefined || connection instanceof UserError) return settle(config);
  const late = await connections.readOrRebuild(config.cluster, config.region);
  if (late === undefined) return settle(config);
  const asked = withAnswers(input.resolved, answers);
  return settle((await resolveConfig({ ...layers, resolved: asked, kept: late })).config);
}

interface Looked {
  /** The cluster, where it had to be asked for first. */
  answers: Pick<Answers, "cluster">;
  kept?: PartialConfig | undefined;
  /** Why it could not be seen what the cluster keeps. */
  unread?: UserError | undefined;
}

/**
 * The cluster before all else, because it may keep what else would be asked: the one that is
 * named, the only one if it keeps something, or one of several that is chosen.
 */
async function lookAtCluster(input: Unsettled, connections: Connections): Promise<Looked> {
  const { resolved, region, world, terminal } = input;
  const { interactive, missing } = resolved;
  const look = async (cluster: string, answers: Looked["answers"]): Promise<Looked> => {
    const connection = await connections.find(cluster, region ?? "");
    if (connection instanceof UserError) return { answers, unread: connection };
    const kept = await connections.readOrRebuild(cluster, region);
    return { answers, kept, unread: connections.unread };
  };
  // Credentials that AWS refuses are told before the first question, not after the last.
  if (interactive && missing.length > 0) await world.caller.identify();
  if (resolved.cluster !== undefined) return look(resolved.cluster, {});
  const names = await readClusterNames(world.clusters);
  const [only] = names.known ? names.value : [];
  if (only !== undefined && names.known && names.value.length === 1) {
    const looked = await look(only, { cluster: only });
    if (looked.kept !== undefined) return looked;
    return { answers: {}, unread: looked.unread };
  }
  if (!interactive) return { answers: {}, unread: names.known ? undefined : names.error };
  const clusters = () =>
    names.known ? Promise.resolve(names.value) : Promise.reject<string[]>(names.error);
  const cluster = await askCluster({ terminal, offers: { clusters } });
  return look(cluster, { cluster });
}

function withAnswers(resolved: Resolved, answers: Answers): Resolved {
  const values = { ...answers, ...resolved.values };
  const { cluster } = values;
  return { ...resolved, values, cluster: resolved.cluster ?? cluster };
}
