import { readFile } from "node:fs/promises";
import { resolve as resolvePath } from "node:path";
import { UsageError, type UserError } from "../errors.ts";
import type { Ask } from "./answers.ts";
import { assemble, chooseAcmeServer, type Draft } from "./assemble.ts";
import type { Config, RunOptions } from "./config.ts";
import { CONFIG_FILE, isLetsEncrypt, SANDBOX_REGION } from "./defaults.ts";
import { parseDomain } from "./domain.ts";
import { parseEmail } from "./email.ts";
import { findGiven, parseGiven, refuseStrangers } from "./given.ts";
import { describeMissing, missingValues } from "./missing.ts";
import type { ParseContext } from "./parse-context.ts";
import type { PartialConfig } from "./partial-config.ts";
import { parseSwitch } from "./plain-values.ts";
import { Problems } from "./problems.ts";
import { isInteractive, type Surroundings, toRunOptions } from "./run-options.ts";
import type { Flags, SettingId, Values } from "./settings.ts";

/** What was said, before anything outside has been asked. */
export interface Resolved {
  options: RunOptions;
  /** Somebody can be asked: a terminal on both ends, no CI, no `--yes`. */
  interactive: boolean;
  /** Flag, environment or file; in the sandbox always there. */
  region: string | undefined;
  cluster: string | undefined;
  /** Flags over environment, parsed. */
  values: Values;
  file: PartialConfig;
  /** For parsing what is said later: the prompts' answers. */
  context: ParseContext;
  /** What `init` needs and nobody has said; a cluster may keep it from an earlier run. */
  missing: readonly SettingId[];
}

/**
 * Reads flags, environment and file. Every wrong value is told at once, and with them, when nobody
 * can be asked, every missing one.
 */
export async function resolveRunOptions(input: {
  command: string;
  flags: Flags;
  io: Surroundings;
}): Promise<Resolved> {
  const { command, flags, io } = input;
  const problems = new Problems();
  const readText = (path: string) => readFile(resolvePath(io.cwd, path), "utf8");
  const file = await readFileOf(flags, io, problems, readText);
  const isFileWrong = problems.lines.length > 0;
  const context = contextOf(flags, io.env, file, readText);
  refuseStrangers(io.env, problems);
  const values = await parseGiven(flags, io.env, context, problems);
  if (values.sandbox !== true) requireSandbox(values, problems);
  const options = toRunOptions(values, io);
  const interactive = isInteractive(io, options);
  const cluster = values.cluster ?? file.cluster;
  const region = values.region ?? file.region ?? (options.sandbox ? SANDBOX_REGION : undefined);
  let missing: readonly SettingId[] = [];
  if (command === "init") {
    const draft = await assemble({ values, file, kept: {}, region: region ?? "?" }, problems);
    await checkNames(draft.config, context, problems);
    missing = draft.missing.filter((id) => findGiven(flags, io.env, id) === undefined);
  }
  problems.throwIfAny(interactive || isFileWrong ? [] : listMissing(missing));
  return { options, interactive, region, cluster, values, file, context, missing };
}

/**
 * The config: flag > environment > file > kept > prompt > default. Throws `GT-CONFIG-MISSING` with
 * every missing value when nobody can be asked.
 */
export async function resolveConfig(input: {
  resolved: Resolved;
  /** What the cluster keeps of an earlier run. */
  kept?: PartialConfig;
  /** As AWS is configured. */
  region?: string;
  ask?: Ask;
  /** Why it could not be seen what the cluster keeps. */
  unread?: UserError | undefined;
  /** The names are those of an installation: they were accepted once, and are not judged again. */
  installed?: boolean;
}): Promise<{ config: Config; options: RunOptions }> {
  const { resolved, kept = {}, ask } = input;
  const { options, interactive, file, context } = resolved;
  const problems = new Problems();
  const region = resolved.region ?? input.region;
  let layers = { values: resolved.values, file, kept, region };
  let draft = await assemble(layers, problems);
  problems.throwIfAny();
  if (draft.missing.length > 0 && interactive && ask !== undefined) {
    const askHost = layers.values.host === undefined && !hasHosts(file) && !hasHosts(kept);
    const { missing, unanswered, config } = draft;
    const askZone = config.zoneId === undefined && kept.domain === undefined;
    const answers = await ask({ missing, unanswered, askHost, askZone, draft: config, context });
    layers = { ...layers, values: { ...answers, ...layers.values } };
    draft = await assemble(layers, problems);
  }
  const named = { ...context, ...rulesOf(draft.config.acme.server, options) };
  if (input.installed !== true) await checkNames(draft.config, named, problems);
  problems.throwIfAny();
  const { domain, email, cluster, region: chosen, ...rest } = draft.config;
  if (
    draft.missing.length > 0 ||
    domain === undefined ||
    email === undefined ||
    cluster === undefined ||
    chosen === undefined
  ) {
    throw missingValues(draft.missing, { unanswered: draft.unanswered, unread: input.unread });
  }
  return { config: { domain, email, cluster, region: chosen, ...rest }, options };
}

const hasHosts = ({ hosts }: PartialConfig): boolean => hosts !== undefined && hosts.length > 0;

async function readFileOf(
  flags: Flags,
  { env }: Surroundings,
  problems: Problems,
  readText: (path: string) => Promise<string>,
): Promise<PartialConfig> {
  const given = findGiven(flags, env, "config");
  const path = given?.texts.at(-1) ?? CONFIG_FILE;
  const text = await readText(path).catch((cause: unknown) => {
    const isAbsent = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    if (given === undefined && isAbsent) return undefined;
    throw new UsageError(
      "GT-CONFIG-FILE",
      `${given?.origin ?? "gateway-tls.yaml"}: ${path} ${isAbsent ? "does not exist" : "cannot be read"}.`,
      { hint: "Name a file with --config, or leave the flag out.", cause },
    );
  });
  if (text === undefined) return {};
  const { collectConfig } = await import("./config-file.ts");
  return collectConfig(text, { name: path }, problems);
}

/** Which rules hold: the sandbox and private CAs take any name. */
function contextOf(
  flags: Flags,
  env: NodeJS.ProcessEnv,
  file: PartialConfig,
  readText: ParseContext["readText"],
): ParseContext {
  const [acmeServer] = findGiven(flags, env, "acmeServer")?.texts ?? [];
  const values = acmeServer === undefined ? {} : { acmeServer };
  const server = chooseAcmeServer({ values, file, kept: {} });
  const sandbox = isOn(findGiven(flags, env, "sandbox")?.texts[0]);
  const domain = findGiven(flags, env, "domain")?.texts.at(-1) ?? file.domain;
  return {
    ...rulesOf(server, { sandbox }),
    readText,
    ...(domain === undefined ? {} : { domain }),
  };
}

function rulesOf(
  acmeServer: string,
  { sandbox }: Pick<RunOptions, "sandbox">,
): Pick<ParseContext, "anySuffix" | "letsEncrypt"> {
  const publicCa = isLetsEncrypt(acmeServer) && !sandbox;
  return { anySuffix: !publicCa, letsEncrypt: publicCa };
}

function isOn(text: string | undefined): boolean {
  if (text === undefined) return false;
  try {
    return parseSwitch(text);
  } catch {
    // Told where the setting itself is parsed.
    return false;
  }
}

function requireSandbox({ sandboxState, sandboxFaults }: Values, problems: Problems): void {
  if (sandboxState !== undefined) problems.add("--sandbox-state needs --sandbox.");
  if (sandboxFaults !== undefined) problems.add("--sandbox-fault needs --sandbox.");
}

/** Values of a file or a prompt, by the rules of the CA that was chosen at last. */
async function checkNames(
  { domain, email }: Draft["config"],
  context: ParseContext,
  problems: Problems,
): Promise<void> {
  if (domain !== undefined) await problems.collect("--domain", () => parseDomain(domain, context));
  if (email !== undefined) await problems.collect("--email", () => parseEmail(email, context));
}

function listMissing(missing: readonly SettingId[]): string[] {
  if (missing.length === 0) return [];
  return [
    "Missing too, unless the cluster keeps it from an earlier run:",
    ...describeMissing(missing),
  ];
}
