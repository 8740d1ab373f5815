import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { findGiven } from "../config/given.ts";
import { type AskedHost, readHostList } from "../config/host-list.ts";
import { Problems } from "../config/problems.ts";
import { envNameOf } from "../config/setting.ts";
import { type SettingId, settingOf } from "../config/settings.ts";
import { type ExitCode, UsageError } from "../errors.ts";
import type { CommandInput } from "./command.ts";
import { setUp } from "./set-up.ts";

/** What is said of each of the named hosts, and not of the one host of `init`. */
const OF_HOSTS: readonly SettingId[] = ["host", "backend", "path"];

/** `gateway-tls add-host`: more hosts for the installation that the cluster keeps, side by side. */
export async function run(input: CommandInput): Promise<ExitCode> {
  const problems = new Problems();
  const hosts = [...nameHosts(input), ...(await readFrom(input, problems))];
  return setUp("add-host", withoutHostSettings(input), { hosts, problems, typed: input.flags });
}

/** Every name on the command line, with the one backend and path that were said for all. */
function nameHosts({ names, flags, io }: CommandInput): AskedHost[] {
  const say = (id: SettingId) => findGiven(flags, io.env, id)?.texts.at(-1);
  const backend = say("backend");
  const path = say("path");
  const host = say("host");
  const all = names.length > 0 ? names : host === undefined ? [] : [host];
  return [...new Set(all)].map((hostname) => ({ where: "host", hostname, backend, path }));
}

async function readFrom(
  { flags, io }: CommandInput,
  problems: Problems,
): Promise<readonly AskedHost[]> {
  const path = findGiven(flags, io.env, "from")?.texts.at(-1);
  if (path === undefined) return [];
  const text = await readFile(resolve(io.cwd, path), "utf8").catch((cause: unknown) => {
    throw new UsageError("GT-CONFIG-FILE", `--from: ${path} cannot be read.`, {
      hint: "Name a YAML file with a list of hosts.",
      cause,
    });
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
