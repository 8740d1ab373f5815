import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { findGiven } from "../config/given.ts";
import { type AskedHost, readHostList, type Said } from "../config/host-list.ts";
import { parseSwitch } from "../config/plain-values.ts";
import { Problems } from "../config/problems.ts";
import { envNameOf } from "../config/setting.ts";
import { type SettingId, settingOf } from "../config/settings.ts";
import { describeFileFailure, type ExitCode, UsageError } from "../errors.ts";
import { accessOf } from "./access.ts";
import type { CommandInput } from "./command.ts";
import { setUp } from "./set-up.ts";

/** What is said of each of the named hosts, and not of the one host of `init`. */
const OF_HOSTS: readonly SettingId[] = ["host", "backend", "path"];

/** `gateway-tls add-host`: more hosts for the installation that the cluster keeps, side by side. */
export async function run(input: CommandInput): Promise<ExitCode> {
  const problems = new Problems();
  const common = readCommon(input);
  if (common.backend !== undefined && (await wantsSample(input, problems))) {
    problems.add("--backend and --sample-app contradict each other: give one of them.");
  }
  const listed = await readFrom(input, problems);
  const hosts = [...nameHosts(input), ...listed].map((host) => ({
    ...host,
    backend: host.backend ?? common.backend,
    path: host.path ?? common.path,
  }));
  const { flags } = input;
  const accessTo = (cluster: string) => accessOf(flags, cluster);
  return setUp("add-host", withoutHostSettings(input), { hosts, problems, accessTo, typed: flags });
}

/** Said once, for every host that says nothing else. */
function readCommon(input: CommandInput): Pick<AskedHost, "backend" | "path"> {
  return { backend: read(input, "backend"), path: read(input, "path") };
}

async function wantsSample(input: CommandInput, problems: Problems): Promise<boolean> {
  const said = read(input, "sampleApp");
  if (said === undefined) return false;
  return (await problems.collect(said.where, () => parseSwitch(said.text))) === true;
}

/** Every name on the command line. */
function nameHosts(input: CommandInput): AskedHost[] {
  const rest = { backend: undefined, path: undefined };
  const host = read(input, "host");
  if (input.names.length === 0 && host !== undefined) {
    return [{ where: host.where, hostname: host.text, ...rest }];
  }
  return [...new Set(input.names)].map((hostname) => ({ where: "host", hostname, ...rest }));
}

function read({ flags, io }: CommandInput, id: SettingId): Said | undefined {
  const given = findGiven(flags, io.env, id);
  const text = given?.texts.at(-1);
  return given === undefined || text === undefined ? undefined : { text, where: given.origin };
}

async function readFrom(input: CommandInput, problems: Problems): Promise<readonly AskedHost[]> {
  const { io } = input;
  const said = read(input, "from");
  if (said === undefined) return [];
  const path = said.text;
  const text = await readFile(resolve(io.cwd, path), "utf8").catch((cause: unknown) => {
    throw new UsageError(
      "GT-CONFIG-FILE",
      `--from: ${path} cannot be read: ${describeFileFailure(cause)}.`,
      {
        hint: "Name a YAML file with a list of hosts.",
        cause,
      },
    );
  });
  return readHostList(text, path, problems);
}

function withoutHostSettings(input: CommandInput): CommandInput {
  const flags = { ...input.flags };
  const env = { ...input.io.env };
  for (const id of OF_HOSTS) {
    delete flags[id];
    delete env[envNameOf(settingOf(id))];
  }
  return { ...input, flags, io: { ...input.io, env } };
}
