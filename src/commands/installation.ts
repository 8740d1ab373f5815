import { writeConfig } from "../config/config-file.ts";
import type { Config, RunOptions } from "../config/config.ts";
import { readKeptDocument } from "../config/kept-document.ts";
import type { PartialConfig } from "../config/partial-config.ts";
import { resolveConfig, type Resolved, resolveRunOptions } from "../config/resolve.ts";
import type { Flags } from "../config/settings.ts";
import { type ExitCode, UserError } from "../errors.ts";
import { readKeptConfig } from "../facts/kept-config.ts";
import { rebuildConfig } from "../facts/rebuilt-config.ts";
import type { Templates } from "../plan/template.ts";
import type { Terminal } from "../ports/terminal.ts";
import type { ClusterConnection, ConnectedWorld, World } from "../ports/world.ts";
import { connectToCluster, rememberIdentity, withConnection } from "../runner/connect.ts";
import { type Access, accessOf, completeError } from "./access.ts";
import { chooseCluster, REBUILT } from "./choose-cluster.ts";
import type { CommandInput } from "./command.ts";
import { nameHolder } from "./holder.ts";
import { formatResume } from "./resume.ts";
import { settleRegion } from "./set-up.ts";

/** What the cluster has of us, for commands that change it. */
export interface Installation {
  world: ConnectedWorld;
  /** As kept, or rebuilt from what is there; `undefined` when nothing of ours is there. */
  config: Config | undefined;
  configText: string;
  /** A config of defaults with what is said: it names what could be there of us. */
  complete: (found: PartialConfig) => Promise<Config>;
  /** The kept document as it was read; `undefined` when none is kept. */
  keptText: string | undefined;
  cluster: string;
  /** What is to be said of the config: that it was rebuilt. */
  notes: string[];
  options: RunOptions;
  flags: Flags;
  terminal: Terminal | undefined;
  templates: Templates;
  holder: string;
  resume: string;
  access: Access;
}

/** Opens the cluster of the command, reads its installation, and closes all of it afterwards. */
export async function withInstallation(
  command: string,
  input: CommandInput,
  use: (installation: Installation) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { flags, io } = input;
  const resolved = await resolveRunOptions({ command, flags, io });
  const region = await settleRegion(input, resolved);
  const world = rememberIdentity(await input.createWorld(resolved.options, region));
  try {
    const terminal = resolved.interactive ? input.terminal : undefined;
    const cluster = resolved.cluster ?? (await chooseCluster(world, terminal));
    const access = accessOf(flags, cluster);
    const about = { command, world, resolved, terminal, cluster, region, access };
    return await useInstallation(input, about, use).catch((error: unknown) => {
      throw completeError(error, access);
    });
  } finally {
    await world.close();
  }
}

interface About {
  command: string;
  world: World;
  resolved: Resolved;
  terminal: Terminal | undefined;
  cluster: string;
  region: string;
  access: Access;
}

async function useInstallation(
  input: CommandInput,
  { command, world, resolved, terminal, cluster, region, access }: About,
  use: (installation: Installation) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { flags, io } = input;
  const connection = await connectToCluster(world, { cluster, region }, resolved.options);
  if (connection instanceof UserError) throw connection;
  try {
    const read = await readInstallation({ world, connection, resolved, cluster, region });
    return await use({
      ...read,
      world: withConnection(world, connection),
      cluster,
      options: resolved.options,
      flags,
      terminal,
      templates: await input.loadTemplates(),
      holder: nameHolder(io.env),
      resume: formatResume(command, flags, { cluster }, input.names),
      access,
    });
  } finally {
    await connection.close();
  }
}

/** The config, or the end of the command: there is nothing that it could change. */
export function needConfig({ config, cluster }: Installation): Config {
  if (config !== undefined) return config;
  throw new UserError(
    "GT-NOT-INSTALLED",
    `The cluster ${cluster} has no installation of gateway-tls.`,
    { hint: "gateway-tls init" },
  );
}

async function readInstallation(about: {
  world: World;
  connection: ClusterConnection;
  resolved: Resolved;
  cluster: string;
  region: string;
}): Promise<Pick<Installation, "config" | "complete" | "configText" | "keptText" | "notes">> {
  const { connection } = about;
  const kept = await readKeptConfig(connection.kubernetes);
  if (!kept.known) throw kept.error;
  const keptText = kept.value?.text;
  const text = keptText ?? "";
  const found = text === "" ? await rebuildConfig(connection) : await readKeptDocument(text);
  const complete = (open: PartialConfig) => completeConfig(open, about);
  const rest = { complete, keptText };
  if (found === undefined) return { config: undefined, configText: "", notes: [], ...rest };
  const config = await complete(found);
  const notes = text === "" ? [REBUILT] : [];
  return { config, configText: writeConfig(config), notes, ...rest };
}

/** Only what is kept counts: a file or flags of another command change nothing that is installed. */
async function completeConfig(
  found: PartialConfig,
  { resolved, cluster, region }: { resolved: Resolved; cluster: string; region: string },
): Promise<Config> {
  const { config } = await resolveConfig({
    resolved: { ...resolved, values: { cluster }, file: {}, interactive: false },
    // Every part can be gone but one: names are needed all the same, and nothing is made by them.
    kept: { domain: "unknown.invalid", email: "unknown@unknown.invalid", hosts: [], ...found },
    region,
    installed: true,
  });
  return config;
}
