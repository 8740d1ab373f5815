import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { findGiven } from "../config/given.ts";
import { type AskedHost, readHostList } from "../config/host-list.ts";
import { Problems } from "../config/problems.ts";
import { envNameOf } from "../config/setting.ts";
import { type SettingId, settingOf } from "../config/settings.ts";
import { describeFileFailure, type ExitCode, UsageError } from "../errors.ts";
import type { CommandInput } from "./command.ts";
import { setUp } from "./set-up.ts";

/** What is said of each of the named hosts, and not of the one host of `init`. */
const OF_HOSTS: readonly SettingId[] = ["host", "backend", "path"];

/** `gateway-tls add-host`: more hosts for the installation that the cluster keeps, side by side. */
export async function run(input: CommandInput): Promise<ExitCode> {
  const problems = new Problems();
  const common = readCommon(input);
  const listed = await readFrom(input, problems);
  const hosts = [...nameHosts(input), ...listed].map((host) => ({
    ...host,
    backend: host.backend ?? common.backend,
    path: host.path ?? common.path,
  }));
  return setUp("add-host", withoutHostSettings(input), { hosts, problems, typed: input.flags });
}

/** Said once, for every host that says nothing else. */
function readCommon(input: CommandInput): Pick<AskedHost, "backend" | "path"> {
  return { backend: readText(input, "backend"), path: readText(input, "path") };
}

/** Every name on the command line. */
function nameHosts(input: CommandInput): AskedHost[] {
  const host = readText(input, "host");
  const all = input.names.length > 0 || host === undefined ? input.names : [host];
  const rest = { backend: undefined, path: undefined };
  return [...new Set(all)].map((hostname) => ({ where: "host", hostname, ...rest }));
}

const readText = ({ flags, io }: CommandInput, id: SettingId): string | undefined =>
  findGiven(flags, io.env, id)?.texts.at(-1);

async function readFrom(input: CommandInput, problems: Problems): Promise<readonly AskedHost[]> {
  const { io } = input;
  const path = readText(input, "from");
  if (path === undefined) return [];
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
