import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildLab } from "./build/build.ts";
import { cacheRoot, labSource } from "./build/cache.ts";
import { lastLines } from "./build/run.ts";
import { writeEnvironment } from "./environment.ts";
import { LabError } from "./error.ts";
import { startLab } from "./lab.ts";
import { pause } from "./process.ts";
import { endOrphans } from "./running-labs.ts";
import { isSame, type KnownProcess, startTimeOf } from "./process-identity.ts";

const USAGE = `npm run lab -- COMMAND

  up [--foreground] [--helm 3|4] [--address IP]   start the world (builds it first if need be)
  env        print what to give to gateway-tls: eval "$(npm run -s lab -- env)"
  status     what runs
  logs PART  the last lines of a part's log
  down       end all of it
  build      only build
`;

const folder = join(cacheRoot(), "world");
const files = { daemon: join(folder, "daemon.json"), environment: join(folder, "environment") };
const say = (line: string): void => void process.stderr.write(`lab: ${line}\n`);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    foreground: { type: "boolean", default: false },
    helm: { type: "string", default: "4" },
    address: { type: "string", default: "127.0.0.1" },
  },
});

const commands: Record<string, () => Promise<void> | void> = {
  up,
  env: printEnvironment,
  status: printStatus,
  logs: printLog,
  down,
  build: async () => void (await buildLab(say)),
  daemon: runWorld,
};

try {
  const command = commands[positionals[0] ?? ""];
  if (command === undefined) throw new LabError(USAGE);
  await command();
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

/** The world itself: runs until it is told to end. */
async function runWorld(): Promise<void> {
  const built = await buildLab(say);
  const { address } = values;
  const ended = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, resolve);
  });
  const lab = await startLab({ built, folder, address, say });
  const { env, options } = writeEnvironment(lab, values.helm === "3" ? 3 : 4);
  const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const lines = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}`);
  lines.push(`export LAB_OPTIONS=${quote(options.join(" "))}`);
  const { pid } = process;
  const known: KnownProcess = { name: "lab", pid, startedAt: startTimeOf(pid) };
  writeFileSync(files.daemon, JSON.stringify(known));
  writeFileSync(files.environment, `${lines.join("\n")}\n`, { mode: 0o600 });
  say("up");
  await ended;
  say("ending");
  rmSync(files.environment, { force: true });
  await lab.stop();
  rmSync(files.daemon, { force: true });
  // Watches that were cut may still wait for their next try.
  process.exit(0);
}

async function up(): Promise<void> {
  if (findDaemon() !== undefined) throw new LabError("It runs already: npm run lab -- status");
  reapLeftovers();
  if (values.foreground) return runWorld();
  await buildLab(say);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  rmSync(files.environment, { force: true });
  const logFile = join(cacheRoot(), "world.log");
  const log = openSync(logFile, "w", 0o600);
  const args = [join(labSource(), "run.mjs"), "daemon", "--helm", values.helm];
  const child = spawn(process.execPath, [...args, "--address", values.address], {
    detached: true,
    stdio: ["ignore", log, log],
  });
  let code: number | null | undefined;
  child.on("exit", (exit) => (code = exit));
  while (!existsSync(files.environment)) {
    if (code !== undefined) {
      throw new LabError(`It did not start:\n${lastLines(readFileSync(logFile, "utf8"), 30)}`);
    }
    await pause(100);
  }
  child.unref();
  say("up. Next:");
  process.stdout.write(
    `eval "$(npm run -s lab -- env)"\n` +
      `node bin/gateway-tls.js init --domain lab.example --email ops@lab.example --sample-app --yes $LAB_OPTIONS\n`,
  );
}

async function down(): Promise<void> {
  const daemon = findDaemon();
  if (daemon !== undefined) {
    process.kill(daemon.pid, "SIGTERM");
    while (isSame(daemon)) await pause(100);
  }
  reapLeftovers();
  say("down");
}

function printEnvironment(): void {
  requireDaemon();
  process.stdout.write(readFileSync(files.environment, "utf8"));
}

function printStatus(): void {
  const daemon = requireDaemon();
  const known: KnownProcess[] = JSON.parse(readFileSync(join(folder, "processes.json"), "utf8"));
  for (const { name, pid } of [daemon, ...known.filter(isSame)]) {
    process.stdout.write(`${name.padEnd(32)} ${pid}\n`);
  }
}

function printLog(): void {
  const [, part = ""] = positionals;
  const file = part === "" ? join(cacheRoot(), "world.log") : join(folder, "logs", `${part}.log`);
  if (!existsSync(file)) throw new LabError(`There is no log of ${part}: npm run lab -- status`);
  process.stdout.write(`${readFileSync(file, "utf8").split("\n").slice(-200).join("\n")}\n`);
}

function findDaemon(): KnownProcess | undefined {
  if (!existsSync(files.daemon)) return undefined;
  const known: KnownProcess = JSON.parse(readFileSync(files.daemon, "utf8"));
  return isSame(known) ? known : undefined;
}

function requireDaemon(): KnownProcess {
  const daemon = findDaemon();
  if (daemon === undefined) throw new LabError("It does not run: npm run lab -- up");
  return daemon;
}

function reapLeftovers(): void {
  const left = endOrphans();
  if (left.length > 0) say(`ended what a killed lab had left: ${left.join(", ")}`);
}
