import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { describeFileFailure, UserError } from "../../errors.ts";
import {
  identifyProcess,
  isRunning,
  type ProcessIdentity,
  signalProcess,
} from "./process-identity.ts";

export type Program = "kubectl" | "helm";

/** A child of a run, as it is kept on disk. */
interface ChildRecord extends ProcessIdentity {
  program: Program;
}

const IdentitySchema = v.object({ pid: v.number(), startedAt: v.string() });
const RunSchema = v.object({
  parent: IdentitySchema,
  directories: v.array(v.string()),
  children: v.array(
    v.object({ ...IdentitySchema.entries, program: v.picklist(["kubectl", "helm"]) }),
  ),
});
type RunRecord = v.InferOutput<typeof RunSchema>;

const ENDING_POLL_MS = 50;
/** A helm that was told to stop still writes the state of its release. */
const GRACE_MS = { kubectl: 2000, helm: 20_000 } as const;

/** `$XDG_STATE_HOME/gateway-tls/children`, or below `~/.local/state`. */
export function childrenDirectory(env: NodeJS.ProcessEnv): string {
  const state = env["XDG_STATE_HOME"];
  const home = env["HOME"] ?? homedir();
  const base = state === undefined || state === "" ? join(home, ".local", "state") : state;
  return join(base, "gateway-tls", "children");
}

/**
 * What this run started, on disk, so that the next run can end it if this one is killed: a
 * `kubectl proxy` outlives its parent and still serves Secrets. One private file per run, gone
 * when the run has nothing left.
 */
export class ChildRegistry {
  readonly #directory: string;
  readonly #file: string;
  readonly #record: RunRecord;

  constructor(env: NodeJS.ProcessEnv) {
    const parent = identifyProcess(process.pid) ?? { pid: process.pid, startedAt: "unknown" };
    this.#directory = childrenDirectory(env);
    this.#file = join(this.#directory, `${process.pid}-${randomUUID()}.json`);
    this.#record = { parent, directories: [], children: [] };
  }

  addChild(pid: number, program: Program): void {
    const identity = identifyProcess(pid);
    if (identity === undefined) return;
    this.#record.children.push({ ...identity, program });
    this.#save();
  }

  removeChild(pid: number): void {
    this.#record.children = this.#record.children.filter((child) => child.pid !== pid);
    this.#save();
  }

  addDirectory(path: string): void {
    this.#record.directories.push(path);
    this.#save();
  }

  removeDirectory(path: string): void {
    this.#record.directories = this.#record.directories.filter((one) => one !== path);
    this.#save();
  }

  #save(): void {
    const { children, directories } = this.#record;
    if (children.length === 0 && directories.length === 0) {
      rmSync(this.#file, { force: true });
      return;
    }
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      const next = `${this.#file}.next`;
      writeFileSync(next, JSON.stringify(this.#record), { mode: 0o600 });
      renameSync(next, this.#file);
    } catch (error) {
      throw refusedFile(this.#directory, "XDG_STATE_HOME", error);
    }
  }
}

/** A file of our own could not be written. `variable` names where such files go. */
export function refusedFile(path: string, variable: string, cause: unknown): UserError {
  return new UserError(
    "GT-FILE-NOT-WRITTEN",
    `${path} cannot be written to: ${describeFileFailure(cause)}. gateway-tls keeps there what it starts, so that nothing is left behind if it is killed.`,
    { hint: `Set ${variable} to a directory that this user may write to.`, cause },
  );
}

/** Ends what killed runs of ours left behind, private files included; returns how many ended. */
export async function endLeftovers(env: NodeJS.ProcessEnv): Promise<number> {
  const runs = abandonedRuns(env);
  const ended = await Promise.all(
    runs.map(async ({ file, record }) => {
      const running = record.children.filter(isRunning);
      await Promise.all(running.map(endLeftover));
      for (const path of record.directories) rmSync(path, { recursive: true, force: true });
      rmSync(file, { force: true });
      return running.length;
    }),
  );
  return ended.reduce((sum, count) => sum + count, 0);
}

async function endLeftover(child: ChildRecord): Promise<void> {
  signalProcess(child.pid, "SIGINT");
  const deadline = performance.now() + GRACE_MS[child.program];
  while (performance.now() < deadline) {
    if (!isRunning(child)) return;
    await sleep(ENDING_POLL_MS);
  }
  if (isRunning(child)) signalProcess(child.pid, "SIGKILL", true);
}

/** Runs that are over; a pid that belongs to another process by now has another start time. */
function abandonedRuns(env: NodeJS.ProcessEnv): { file: string; record: RunRecord }[] {
  const directory = childrenDirectory(env);
  return listFiles(directory).flatMap((name) => {
    const file = join(directory, name);
    const record = readRun(file);
    return record === undefined || isRunning(record.parent) ? [] : [{ file, record }];
  });
}

function listFiles(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => name.endsWith(".json"));
  } catch {
    return [];
  }
}

/** `undefined` for a file that is gone by now, or is not ours to understand. */
function readRun(file: string): RunRecord | undefined {
  try {
    return v.parse(RunSchema, JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
