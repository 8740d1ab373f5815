import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "./error.ts";
import { lastLines } from "./build/run.ts";
import { isSame, type KnownProcess, startTimeOf } from "./process-identity.ts";

export interface Program {
  name: string;
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
}

const GRACE_MS = 8000;
const READY_MS = 60_000;

/** One child: its log is a file, its end is awaited. */
export class Running {
  readonly name: string;
  readonly logFile: string;
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  exitCode: number | null | undefined;
  /** Whether it was told to end. */
  told = false;

  constructor(child: ChildProcess, name: string, logFile: string) {
    this.#child = child;
    this.name = name;
    this.logFile = logFile;
    this.exited = new Promise((resolve) => {
      child.on("error", () => resolve(127));
      child.on("exit", (code) => resolve(code));
    });
    void this.exited.then((code) => (this.exitCode = code));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  log(lines = 15): string {
    return existsSync(this.logFile) ? lastLines(readFileSync(this.logFile, "utf8"), lines) : "";
  }

  /** With the end of its log. */
  describe(what: string): string {
    return `${this.name} ${what}. Its log (${this.logFile}) ends with:\n${this.log()}`;
  }

  describeEnd(): string {
    const { exitCode, signalCode } = this.#child;
    return this.describe(`ended with ${signalCode ?? `exit code ${exitCode ?? this.exitCode}`}`);
  }

  async stop(): Promise<void> {
    this.told = true;
    if (this.exitCode !== undefined) return;
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), GRACE_MS);
    await this.exited;
    clearTimeout(timer);
  }
}

/** Every child of the lab. They have sessions of their own, so that Ctrl-C ends only the lab, which ends them in order. */
export class Processes {
  readonly #folder: string;
  readonly #running: Running[] = [];
  readonly #ended: Running[] = [];
  #stopped = false;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(join(folder, "logs"), { recursive: true });
  }

  /** Refused once all were stopped: nobody would end it. */
  start({ name, command, args, env }: Program): Running {
    if (this.#stopped) throw new LabError(`${name} was not started: the lab ends.`);
    const logFile = join(this.#folder, "logs", `${name}.log`);
    const log = openSync(logFile, "a", 0o600);
    const child = spawn(command, args, {
      detached: true,
      stdio: ["ignore", log, log],
      env: env ?? process.env,
    });
    closeSync(log);
    const running = new Running(child, name, logFile);
    this.#running.push(running);
    void running.exited.then(() => running.told || this.#ended.push(running));
    this.#record();
    return running;
  }

  list(): readonly Running[] {
    return this.#running.filter(({ exitCode }) => exitCode === undefined);
  }

  /** The first that ended by itself: those after it may have ended for want of it. */
  findEnded(): Running | undefined {
    return this.#ended[0];
  }

  /** The last started first, each awaited. */
  async stopAll(): Promise<void> {
    this.#stopped = true;
    for (const running of this.#running.toReversed()) await running.stop();
    this.#record();
  }

  /** For what has to end now, with no time to wait. */
  killNow(): void {
    for (const { pid } of this.list()) {
      if (pid !== undefined) kill(pid, "SIGKILL");
    }
  }

  #record(): void {
    const known = this.list().flatMap(({ name, pid }): KnownProcess[] =>
      pid === undefined ? [] : [{ name, pid, startedAt: startTimeOf(pid) }],
    );
    writeFileSync(join(this.#folder, "processes.json"), JSON.stringify(known, undefined, 1));
  }
}

/** Ends what a lab that was killed left running, and only that. */
export function endLeftovers(folder: string): string[] {
  const file = join(folder, "processes.json");
  if (!existsSync(file)) return [];
  const known: KnownProcess[] = JSON.parse(readFileSync(file, "utf8"));
  const left = known.filter(isSame);
  for (const { pid } of left) kill(pid, "SIGKILL");
  writeFileSync(file, "[]");
  return left.map(({ name }) => name);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** Asks until there is an answer; of the part and those it needs, one that ended meanwhile is named. */
export async function untilReady<T>(
  part: Running,
  attempt: () => Promise<T | undefined>,
  needs: readonly Running[] = [],
): Promise<T> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    const answer = await attempt().catch(() => undefined);
    if (answer !== undefined) return answer;
    const ended = [...needs, part].find(({ exitCode }) => exitCode !== undefined);
    if (ended !== undefined) throw new LabError(ended.describeEnd());
    if (Date.now() > deadline) {
      throw new LabError(part.describe(`was not ready within ${READY_MS / 1000} s`));
    }
    await pause(50);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
