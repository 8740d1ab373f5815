import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { CommandInput, Io } from "./commands/command.ts";
import { readCommandLine, type VerbLine } from "./commands/options.ts";
import type { Verb } from "./commands/verb.ts";
import { verbs as everyVerb } from "./commands/verbs.ts";
import { wantsColor } from "./config/color.ts";
import type { RunOptions } from "./config/config.ts";
import { Cancelled, type ExitCode } from "./errors.ts";
import type { World } from "./ports/world.ts";

export type { CommandInput, Io } from "./commands/command.ts";

/** Runs one command line. Whatever goes wrong is shown; only the exit code comes back. */
export async function main(
  argv: readonly string[],
  io: Io,
  verbs: readonly Verb[] = everyVerb,
): Promise<ExitCode> {
  try {
    const line = readCommandLine(argv, verbs, readVersion());
    if (line.kind === "text") {
      (line.asked ? io.stdout : io.stderr).write(line.text);
      return line.asked ? 0 : 2;
    }
    return await runVerb(line, io);
  } catch (error) {
    const { reportError } = await import("./commands/report.ts");
    return await reportError(error, io, {
      command: findCommand(argv, verbs),
      output: findOutput(argv, io.env),
      color: wantsColor(argv.includes("--no-color") ? false : undefined, io.env, io.stderr),
      debug: argv.includes("--debug"),
    });
  }
}

async function runVerb({ verb, flags, names }: VerbLine, io: Io): Promise<ExitCode> {
  const interruption = listenForSignals(io);
  try {
    const [{ run }, input] = await Promise.all([
      verb.load(),
      buildInput({ flags, names }, io, interruption.signal),
    ]);
    return await run(input);
  } finally {
    interruption.stop();
  }
}

async function buildInput(
  { flags, names }: Pick<VerbLine, "flags" | "names">,
  io: Io,
  signal: AbortSignal,
): Promise<CommandInput> {
  const { createTerminal } = await import("./adapters/terminal.ts");
  const { hasUnicodeLocale } = await import("./ui/screen.ts");
  const { stdin, stderr, env } = io;
  const noColor = flags.color === "false" ? false : undefined;
  return {
    flags,
    names,
    io,
    signal,
    terminal: createTerminal({
      stdin,
      stderr,
      signal,
      color: wantsColor(noColor, env, stderr),
      unicode: hasUnicodeLocale(env),
    }),
    async findRegion(profile) {
      const { findRegion } = await import("./adapters/aws/region.ts");
      return findRegion(profile, env);
    },
    createWorld: (options, region) => createWorld(options, region, io),
    async loadTemplates() {
      const { loadTemplates } = await import("./adapters/templates.ts");
      return loadTemplates();
    },
  };
}

async function createWorld(
  options: RunOptions,
  region: string | undefined,
  { env, cwd }: Io,
): Promise<World> {
  if (options.sandbox) {
    const { createSandbox } = await import("./sandbox/sandbox.ts");
    const { defaultStatePath } = await import("./sandbox/state-file.ts");
    const { sandboxState, sandboxFaults: faults } = options;
    const statePath =
      sandboxState === undefined ? defaultStatePath(env) : resolve(cwd, sandboxState);
    return createSandbox({ statePath, faults });
  }
  const { profile, dnsServer, trustCa } = options;
  const { findRegion } = await import("./adapters/aws/region.ts");
  const known = region ?? (await findRegion(profile, env));
  if (known === undefined) {
    const { missingValues } = await import("./config/missing.ts");
    throw missingValues(["region"]);
  }
  const { createWorld: createRealWorld } = await import("./adapters/world.ts");
  const roots = trustCa === undefined ? undefined : resolve(cwd, trustCa);
  return createRealWorld({ region: known, profile, dnsServer, trustCa: roots, env });
}

/**
 * The first Ctrl-C or SIGTERM stops the run in order, the second one at once; so does SIGHUP, a
 * terminal that was closed. Without a terminal it may be ignored on purpose, by nohup.
 */
function listenForSignals({ stderr }: Io): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const names = ["SIGINT", "SIGTERM", ...(stderr.isTTY ? (["SIGHUP"] as const) : [])] as const;
  const onSignal = (name: NodeJS.Signals) => {
    // Nothing is left to wait for: the user has said it twice.
    // oxlint-disable-next-line eslint-plugin-node/no-process-exit, unicorn/no-process-exit
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Cancelled(name === "SIGINT" ? undefined : `Stopped by ${name}.`));
  };
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    stop: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}

function readVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? "unknown";
}

function findCommand(argv: readonly string[], verbs: readonly Verb[]): string {
  // The first word: a later one may be the value of a flag.
  const [first] = argv.filter((text) => !text.startsWith("-"));
  return verbs.find(({ name }) => name === first)?.name ?? "gateway-tls";
}

/** Also where the flags could not be read. */
function findOutput(argv: readonly string[], env: NodeJS.ProcessEnv): RunOptions["output"] {
  const at = argv.lastIndexOf("--output");
  const joined = argv.findLast((text) => text.startsWith("--output="))?.slice("--output=".length);
  const said = at >= 0 ? argv[at + 1] : joined;
  const wanted = said ?? env["GATEWAY_TLS_OUTPUT"];
  return wanted === "json" || wanted === "yaml" ? wanted : "text";
}
