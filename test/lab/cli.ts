import { type ChildProcess, spawn } from "node:child_process";
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
/** The daemon's is outside of its folder, which a start empties. */
const files = {
  daemon: join(cacheRoot(), "daemon.json"),
  environment: join(folder, "environment"),
  log: join(cacheRoot(), "world.log"),
};
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
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
  const stack = error instanceof Error ? error.stack : undefined;
  const text = error instanceof LabError ? error.message : (stack ?? String(error));
  process.stderr.write(`${text}\n`);
  // What a start that failed has left open would keep this process alive.
  process.exit(1);
}

/** The world itself: runs until it is told to end. */
async function runWorld(): Promise<void> {
  // At an exit before or in the middle of the end, its parts are killed (running-labs.ts).
  const leave = () => process.exit(130);
  let end: () => void = leave;
  for (const signal of SIGNALS) process.on(signal, () => end());
  process.on("exit", () => {
    for (const file of [files.environment, files.daemon]) rmSync(file, { force: true });
  });
  const built = await buildLab(say);
  const lab = await startLab({ built, folder, address: values.address, say });
  const { env, options } = writeEnvironment(lab, values.helm === "3" ? 3 : 4);
  const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const lines = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}`);
  lines.push(`export LAB_OPTIONS=${quote(options.join(" "))}`);
  writeFileSync(files.environment, `${lines.join("\n")}\n`, { mode: 0o600 });
  say("up");
  await new Promise<void>((resolve) => (end = resolve));
  end = leave;
  say("ending");
  rmSync(files.environment, { force: true });
  await lab.stop();
  // Watches that were cut may still wait for their next try.
  process.exit(0);
}

async function up(): Promise<void> {
  if (findDaemon() !== undefined) throw new LabError("It runs already: npm run lab -- status");
  reapLeftovers();
  rmSync(files.environment, { force: true });
  noteDaemon(process.pid);
  if (values.foreground) return runWorld();
  await buildLab(say);
  const log = openSync(files.log, "w", 0o600);
  const args = [join(labSource(), "run.mjs"), "daemon", "--helm", values.helm];
  const child = spawn(process.execPath, [...args, "--address", values.address], {
    detached: true,
    stdio: ["ignore", log, log],
  });
  await untilUp(child);
  child.unref();
  say("up. Next:");
  process.stdout.write(
    `eval "$(npm run -s lab -- env)"\n` +
      `node bin/gateway-tls.js init --domain lab.example --email ops@lab.example --sample-app --yes $LAB_OPTIONS\n`,
  );
}

/** A signal meanwhile is the daemon's, which ends what it has started; then this process ends. */
async function untilUp(child: ChildProcess): Promise<void> {
  for (const signal of SIGNALS) process.on(signal, () => child.kill("SIGTERM"));
  if (child.pid !== undefined) noteDaemon(child.pid);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  while (!hasEnded() && (child.killed || !existsSync(files.environment))) await pause(100);
  if (child.killed) throw new LabError("It was ended before it was up.");
  if (!hasEnded()) return;
  throw new LabError(`It did not start:\n${lastLines(readFileSync(files.log, "utf8"), 30)}`);
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
  if (!existsSync(files.environment)) throw new LabError("It is not up yet: npm run lab -- logs");
  process.stdout.write(readFileSync(files.environment, "utf8"));
}

function printStatus(): void {
  const daemon = requireDaemon();
  const file = join(folder, "processes.json");
  const known: KnownProcess[] = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
  for (const { name, pid } of [daemon, ...known.filter(isSame)]) {
    process.stdout.write(`${name.padEnd(32)} ${pid}\n`);
  }
}

function printLog(): void {
  const [, part = ""] = positionals;
  const file = part === "" ? files.log : join(folder, "logs", `${part}.log`);
  if (!existsSync(file)) throw new LabError(`There is no log of ${part}: npm run lab -- status`);
  process.stdout.write(`${readFileSync(file, "utf8").split("\n").slice(-200).join("\n")}\n`);
}

/** The process that a second `up` refuses for and that `down` ends: known before anything runs. */
function noteDaemon(pid: number): void {
  const known: KnownProcess = { name: "lab", pid, startedAt: startTimeOf(pid) };
  mkdirSync(cacheRoot(), { recursive: true });
  writeFileSync(files.daemon, JSON.stringify(known));
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
