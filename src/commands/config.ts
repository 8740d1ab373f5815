import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readConfigFile } from "../config/config-file.ts";
import { CONFIG_FILE } from "../config/defaults.ts";
import { findGiven } from "../config/given.ts";
import { describeFileFailure, type ExitCode, UsageError } from "../errors.ts";
import type { CommandInput } from "./command.ts";
import { type Installation, needConfig, withInstallation } from "./installation.ts";

/** `gateway-tls config show|validate`: what the cluster keeps, or what is wrong with a file. */
export async function run(input: CommandInput): Promise<ExitCode> {
  const [action = "show", ...rest] = input.names;
  if (rest.length === 0 && action === "show") {
    return withInstallation("config show", input, (installation) => show(input, installation));
  }
  if (rest.length === 0 && action === "validate") return validate(input);
  throw new UsageError(
    "GT-CONFIG-FLAG",
    `config takes show or validate, not "${input.names.join(" ")}".`,
    {
      hint: "gateway-tls config show",
    },
  );
}

/** The document on stdout, so that it can be put into a file; notes on stderr. */
async function show({ io }: CommandInput, installation: Installation): Promise<ExitCode> {
  const config = needConfig(installation);
  const { options, notes, configText } = installation;
  for (const note of notes) io.stderr.write(`${note}\n`);
  if (options.output === "json") {
    const document = { schemaVersion: 1, config, notes };
    io.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else io.stdout.write(configText);
  return 0;
}

async function validate({ io, flags }: CommandInput): Promise<ExitCode> {
  const given = findGiven(flags, io.env, "config");
  const path = given?.texts.at(-1) ?? CONFIG_FILE;
  const text = await readFile(resolve(io.cwd, path), "utf8").catch((cause: unknown) => {
    throw new UsageError(
      "GT-CONFIG-FILE",
      `${path} cannot be read: ${describeFileFailure(cause)}.`,
      {
        hint: "Name the file with --config.",
        cause,
      },
    );
  });
  const { hosts = [] } = await readConfigFile(text, { name: path });
  const count = hosts.length === 1 ? "1 host" : `${hosts.length} hosts`;
  const isJson = findGiven(flags, io.env, "output")?.texts.at(-1) === "json";
  const line = `${path} is valid: ${count}.`;
  io.stdout.write(
    isJson ? `${JSON.stringify({ schemaVersion: 1, valid: true, file: path })}\n` : `${line}\n`,
  );
  return 0;
}
