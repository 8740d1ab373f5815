import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { describeFileFailure, UserError } from "../errors.ts";
import { isFields } from "./fields.ts";
import type { WorldState } from "./world-state.ts";

/** Where the world is kept without `--sandbox-state`. */
export function defaultStatePath(env: NodeJS.ProcessEnv = process.env): string {
  const { XDG_STATE_HOME } = env;
  const home =
    XDG_STATE_HOME === undefined || XDG_STATE_HOME === ""
      ? join(homedir(), ".local", "state")
      : XDG_STATE_HOME;
  return join(home, "gateway-tls", "sandbox.json");
}

/** The kept world; `undefined` when there is none yet. Throws `GT-SANDBOX-STATE`. */
export function readState(path: string): WorldState | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw outOfReach(path, "read", error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unusable(path, "it is not JSON", error);
  }
  if (!isFields(value) || value["schemaVersion"] !== 1 || !isFields(value["objects"])) {
    throw unusable(path, "it is not a sandbox of this version");
  }
  // Only `writeState` makes these files; a changed shape gets another schemaVersion.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return value as unknown as WorldState;
}

/** Replaces the file as a whole: a reader sees the old world or the new one. `GT-SANDBOX-STATE`. */
export function writeState(path: string, state: WorldState): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const partial = `${path}.${process.pid}.partial`;
    writeFileSync(partial, `${serialize(state)}\n`, { mode: 0o600 });
    renameSync(partial, path);
  } catch (error) {
    throw outOfReach(path, "written", error);
  }
}

/** By object: the store replaces what changes, and one write changes few of a hundred. */
const serialized = new WeakMap<object, string>();

function serialize({ objects, ...rest }: WorldState): string {
  const entries = Object.entries(objects).map(([key, object]) => {
    const known = serialized.get(object) ?? JSON.stringify(object);
    serialized.set(object, known);
    return `${JSON.stringify(key)}:${known}`;
  });
  return `${JSON.stringify(rest).slice(0, -1)},"objects":{${entries.join(",")}}}`;
}

function isMissing(error: unknown): boolean {
  return isFields(error) && error["code"] === "ENOENT";
}

function outOfReach(path: string, how: "read" | "written", cause: unknown): UserError {
  const why = describeFileFailure(cause);
  return new UserError(
    "GT-SANDBOX-STATE",
    `The sandbox's state ${path} cannot be ${how}: ${why}.`,
    { hint: "Name a file that this user may read and write with --sandbox-state.", cause },
  );
}

function unusable(path: string, why: string, cause?: unknown): UserError {
  return new UserError("GT-SANDBOX-STATE", `The sandbox's state ${path} cannot be used: ${why}.`, {
    hint: "Delete the file to start with a new sandbox, or name another with --sandbox-state.",
    cause,
  });
}
