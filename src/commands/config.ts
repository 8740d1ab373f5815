import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { wantsColor } from "../config/color.ts";
import { readConfigFile } from "../config/config-file.ts";
import type { RunOptions } from "../config/config.ts";
import { CONFIG_FILE } from "../config/defaults.ts";
import { findGiven } from "../config/given.ts";
import { Problems } from "../config/problems.ts";
import { settings } from "../config/settings.ts";
import { describeFileFailure, type ExitCode, UsageError, UserError } from "../errors.ts";
import type { CommandInput } from "./command.ts";
import { type Installation, needConfig, withInstallation } from "./installation.ts";
import { reportError } from "./report.ts";

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
  needConfig(installation);
  const { options, notes, configText } = installation;
  for (const note of notes) io.stderr.write(`${note}\n`);
  if (options.output !== "json") io.stdout.write(configText);
  else {
    const { parse } = await import("yaml");
    const config: unknown = parse(configText);
    io.stdout.write(await format({ schemaVersion: 1, config, notes }, "json"));
  }
  return 0;
}

async function validate(input: CommandInput): Promise<ExitCode> {
  const { io, flags } = input;
  const output = await readOutput(input);
  const file = findGiven(flags, io.env, "config")?.texts.at(-1) ?? CONFIG_FILE;
  const tell = async (error: UserError | null) => {
    if (output === "text") return;
    const { code, message, hint = null } = error ?? {};
    const told = error === null ? null : { code, message, hint };
    const document = { schemaVersion: 1, file, valid: error === null, error: told };
    io.stdout.write(await format(document, output));
  };
  try {
    const { hosts = [] } = await readConfigFile(await readText(input, file), { name: file });
    await tell(null);
    const count = hosts.length === 1 ? "1 host" : `${hosts.length} hosts`;
    if (output === "text") io.stdout.write(`${file} is valid: ${count}.\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof UserError) || output === "text") throw error;
    await tell(error);
    const { color, debug } = flags;
    return reportError(error, io, {
      command: "config validate",
      output: "text",
      color: wantsColor(color === undefined ? undefined : false, io.env, io.stderr),
      debug: debug !== undefined,
    });
  }
}

async function readOutput({ flags, io }: CommandInput): Promise<RunOptions["output"]> {
  const given = findGiven(flags, io.env, "output");
  if (given === undefined) return "text";
  const problems = new Problems();
  const { parse } = settings.output;
  const output = await problems.collect(given.origin, () => parse(given.texts.at(-1) ?? ""));
  problems.throwIfAny();
  return output ?? "text";
}

async function readText({ io }: CommandInput, path: string): Promise<string> {
  return readFile(resolve(io.cwd, path), "utf8").catch((cause: unknown) => {
    const why = describeFileFailure(cause);
    throw new UsageError("GT-CONFIG-FILE", `${path} cannot be read: ${why}.`, {
      hint: "Name the file with --config.",
      cause,
    });
  });
}

async function format(document: object, output: "json" | "yaml"): Promise<string> {
  if (output === "json") return `${JSON.stringify(document, undefined, 2)}\n`;
  const { stringify } = await import("yaml");
  return stringify(document, { lineWidth: 0 });
}
