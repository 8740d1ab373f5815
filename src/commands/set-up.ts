import { writeConfig } from "../config/config-file.ts";
import { missingValues } from "../config/missing.ts";
import { type Resolved, resolveRunOptions } from "../config/resolve.ts";
import { askRegion } from "../config/wizard.ts";
import { type ExitCode, UserError } from "../errors.ts";
import { rememberIdentity } from "../runner/connect.ts";
import { bringUp } from "./bring-up.ts";
import type { CommandInput } from "./command.ts";
import { nameHolder } from "./holder.ts";
import { formatAccess, formatResume } from "./resume.ts";
import { settleConfig } from "./settle-config.ts";

/**
 * From what was typed to HTTPS for every host of the config: the whole of `init`, and of `add-host`,
 * which differs in what it needs to be told.
 */
export async function setUp(command: string, input: CommandInput): Promise<ExitCode> {
  const { flags, io, signal, terminal } = input;
  const resolved = await resolveRunOptions({ command, flags, io });
  const region = await settleRegion(input, resolved);
  const world = rememberIdentity(await input.createWorld(resolved.options, region));
  try {
    const { config, connection, keptText } = await settleConfig({
      command,
      resolved,
      world,
      region,
      terminal,
    });
    try {
      return await bringUp({
        command,
        config,
        options: resolved.options,
        configText: writeConfig(config),
        world,
        connection,
        templates: await input.loadTemplates(),
        output: io,
        terminal: resolved.interactive ? terminal : undefined,
        signal,
        resume: formatResume(command, flags, config),
        access: formatAccess(flags, config),
        keptText,
        holder: nameHolder(io.env),
      });
    } finally {
      if (!(connection instanceof UserError)) await connection.close();
    }
  } finally {
    await world.close();
  }
}

/** Nothing of AWS can be asked without one: when AWS is not configured, it is the first question. */
export async function settleRegion(
  { findRegion, terminal }: CommandInput,
  resolved: Resolved,
): Promise<string> {
  const region = resolved.region ?? (await findRegion(resolved.options.profile));
  if (region !== undefined) return region;
  if (!resolved.interactive) throw missingValues(["region"]);
  return askRegion({ terminal });
}
