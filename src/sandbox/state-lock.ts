import { mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../errors.ts";
import { isFields } from "./fields.ts";

/** A lock that its holder left behind can be met again by a third process: so often at most. */
const ATTEMPTS = 3;

/**
 * Keeps two processes from writing one world: each has all of it in memory, and the last one to
 * write would undo what the other did. The lock is a file beside the state, with the pid of its
 * holder; one whose holder has ended is taken over.
 */
export class StateLock {
  readonly #path: string;
  readonly #statePath: string;
  /** The file as it was when the world was read. */
  readonly #seen: string;
  #held = false;

  constructor(statePath: string) {
    this.#statePath = statePath;
    this.#path = `${statePath}.lock`;
    this.#seen = identify(statePath);
  }

  /** Before the first write. Throws `GT-SANDBOX-BUSY`. */
  take(): void {
    if (this.#held) return;
    for (let attempt = 0; attempt < ATTEMPTS && !this.#held; attempt += 1) {
      const holder = create(this.#path);
      if (holder !== undefined && isAlive(holder.pid)) throw this.#heldBy(holder);
      if (holder !== undefined) remove(this.#path);
      this.#held = holder === undefined;
    }
    if (identify(this.#statePath) === this.#seen) return;
    this.release();
    throw new UserError(
      "GT-SANDBOX-BUSY",
      `Another process changed the sandbox ${this.#statePath} while this command was running. This one wrote nothing.`,
      { hint: "Run the same command again." },
    );
  }

  release(): void {
    if (this.#held) remove(this.#path);
    this.#held = false;
  }

  #heldBy({ pid, since }: Holder): UserError {
    return new UserError(
      "GT-SANDBOX-BUSY",
      `Another process (pid ${pid}) is working on the sandbox ${this.#statePath}, since ${since}. This one wrote nothing.`,
      { hint: "Wait for it to end, or name another file with --sandbox-state." },
    );
  }
}

interface Holder {
  pid: number;
  since: string;
}

/** `undefined` when the file was made: the lock is ours. */
function create(path: string): Holder | undefined {
  try {
    const holder: Holder = { pid: process.pid, since: new Date().toISOString() };
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(holder), { flag: "wx", mode: 0o600 });
    return undefined;
  } catch (error) {
    if (isFields(error) && error["code"] === "EEXIST") return readHolder(path);
    // A folder that cannot be written is told by who writes the state.
    return undefined;
  }
}

function readHolder(path: string): Holder {
  const nobody = { pid: 0, since: "" };
  try {
    const found: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (!isFields(found)) return nobody;
    const { pid, since } = found;
    return typeof pid === "number" && typeof since === "string" ? { pid, since } : nobody;
  } catch {
    return nobody;
  }
}

function isAlive(pid: number): boolean {
  if (pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isFields(error) && error["code"] === "EPERM";
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isFields(error) || error["code"] !== "ENOENT") throw error;
  }
}

/** Empty where there is no file; one that cannot be looked at is told by who reads the state. */
function identify(path: string): string {
  try {
    const { ino, mtimeNs } = statSync(path, { bigint: true });
    return `${ino} ${mtimeNs}`;
  } catch {
    return "";
  }
}
