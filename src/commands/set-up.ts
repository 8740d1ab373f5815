import { writeConfig } from "../config/config-file.ts";
import { missingValues } from "../config/missing.ts";
import { type Resolved, resolveRunOptions } from "../config/resolve.ts";
import type { Flags } from "../config/settings.ts";
import { askRegion } from "../config/wizard.ts";
import { type ExitCode, UserError } from "../errors.ts";
import type { World } from "../ports/world.ts";
import { rememberIdentity } from "../runner/connect.ts";
import { accessOf, completeError } from "./access.ts";
import { type BringUp, bringUp } from "./bring-up.ts";
import type { CommandInput } from "./command.ts";
import { nameHolder } from "./holder.ts";
import { formatResume } from "./resume.ts";
import { settleConfig } from "./settle-config.ts";
import type { AskedHosts, Settled } from "./settled.ts";

/**
 * From what was typed to HTTPS for every host of the config: the whole of `init`, and of `add-host`,
 * which differs in what it needs to be told.
 */
export async function setUp(
  command: string,
  input: CommandInput,
  asked?: AskedHosts & { typed: Flags },
): Promise<ExitCode> {
  const { flags, io, terminal } = input;
  const resolved = await resolveRunOptions({ command, flags, io });
  const { region, answered } = await findOrAskRegion(input, resolved);
  const world = rememberIdentity(await input.createWorld(resolved.options, region));
  try {
    const settled = await settleConfig({
      command,
      resolved,
      world,
      region,
      terminal,
      ...(asked === undefined ? {} : { asked }),
    });
    const { connection } = settled;
    for (const note of settled.notes) io.stderr.write(`${note}\n`);
    try {
      const typed = { ...(asked?.typed ?? flags), ...answered };
      const bringing = await inputOf(command, input, { resolved, settled, world, typed });
      return await bringUp(bringing).catch((error: unknown) => {
        throw completeError(error, bringing.access);
      });
    } finally {
      if (!(connection instanceof UserError)) await connection.close();
    }
  } finally {
    await world.close();
  }
}

async function inputOf(
  command: string,
  input: CommandInput,
  about: { resolved: Resolved; settled: Settled; world: World; typed: Flags },
): Promise<BringUp> {
  const { resolved, settled, world, typed } = about;
  const { config, connection, keptText, answered } = settled;
  const names = [...input.names, ...answered.names];
  return {
    command,
    config,
    options: resolved.options,
    configText: writeConfig(config),
    world,
    connection,
    templates: await input.loadTemplates(),
    output: input.io,
    terminal: resolved.interactive ? input.terminal : undefined,
    signal: input.signal,
    resume: formatResume(command, { ...typed, ...answered.flags }, config, names),
    access: accessOf(typed, config.cluster),
    keptText,
    ...(settled.asked === undefined ? {} : { asked: settled.asked }),
    holder: nameHolder(input.io.env),
  };
}

/** Nothing of AWS can be asked without one: when AWS is not configured, it is the first question. */
export async function settleRegion(input: CommandInput, resolved: Resolved): Promise<string> {
  return (await findOrAskRegion(input, resolved)).region;
}

async function findOrAskRegion(
  { findRegion, terminal }: CommandInput,
  { options, interactive, cluster, missing, ...resolved }: Resolved,
): Promise<{ region: string; answered: Flags }> {
  const known = resolved.region ?? (await findRegion(options.profile));
  if (known !== undefined) return { region: known, answered: {} };
  // A cluster that is named may keep the rest.
  const rest = cluster === undefined ? missing : [];
  if (!interactive) throw missingValues([...rest, "region"]);
  const region = await askRegion({ terminal });
  return { region, answered: { region } };
}
