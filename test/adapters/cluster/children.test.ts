import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ChildRegistry,
  childrenDirectory,
  endLeftovers,
} from "../../../src/adapters/cluster/children.ts";
import { identifyProcess, isRunning } from "../../../src/adapters/cluster/process-identity.ts";

let home = "";
let children: ChildProcess[] = [];
let env: NodeJS.ProcessEnv = {};

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "gt-children-"));
  env = { HOME: home };
  children = [];
});
afterEach(async () => {
  for (const child of children.filter((one) => one.exitCode === null && one.signalCode === null)) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  rmSync(home, { recursive: true });
});

/** A process in a group of its own that stays until it is told to end. */
async function startChild(onInterrupt = "process.exit(0)"): Promise<number> {
  const code = `process.on("SIGINT", () => { ${onInterrupt} }); setInterval(() => {}, 1e6); console.log("up");`;
  const child = spawn(process.execPath, ["-e", code], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  children.push(child);
  await once(child.stdout, "data");
  if (child.pid === undefined) throw new Error("it did not start");
  return child.pid;
}

/** The file of a run whose process is gone. */
function abandon(record: { children: unknown[]; directories?: string[] }): void {
  const directory = childrenDirectory(env);
  mkdirSync(directory, { recursive: true });
  const parent = { pid: process.pid, startedAt: "another process with this pid" };
  writeFileSync(join(directory, "1.json"), JSON.stringify({ parent, directories: [], ...record }));
}

describe("the registry of children", () => {
  it("is a private file below the user's state directory, gone when nothing runs", async () => {
    const registry = new ChildRegistry(env);
    const pid = await startChild();
    registry.addChild(pid, "kubectl");
    const directory = join(home, ".local", "state", "gateway-tls", "children");
    const [file = ""] = readdirSync(directory);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
    registry.removeChild(pid);
    expect(readdirSync(directory)).toEqual([]);
  });

  it("says where it may not write, and what to set", async () => {
    const file = join(home, "file");
    writeFileSync(file, "");
    const registry = new ChildRegistry({ XDG_STATE_HOME: file });
    expect(() => registry.addDirectory("/private")).toThrow(
      expect.objectContaining({
        code: "GT-FILE-NOT-WRITTEN",
        hint: expect.stringContaining("XDG_STATE_HOME"),
      }),
    );
  });

  it("honours XDG_STATE_HOME", () => {
    expect(childrenDirectory({ XDG_STATE_HOME: "/s", HOME: "/h" })).toBe("/s/gateway-tls/children");
    expect(childrenDirectory({ XDG_STATE_HOME: "", HOME: "/h" })).toBe(
      "/h/.local/state/gateway-tls/children",
    );
  });
});

describe("leftovers of killed runs", () => {
  it("are ended by the next run, with their private files", async () => {
    const identity = identifyProcess(await startChild());
    if (identity === undefined) throw new Error("it does not run");
    const secret = join(home, "secret");
    mkdirSync(secret);
    abandon({ children: [{ ...identity, program: "helm" }], directories: [secret] });
    expect(await endLeftovers(env)).toBe(1);
    expect(isRunning(identity)).toBe(false);
    expect(existsSync(secret)).toBe(false);
    expect(readdirSync(childrenDirectory(env))).toEqual([]);
  });

  it("are killed when they do not heed SIGINT", async () => {
    const identity = identifyProcess(await startChild(""));
    if (identity === undefined) throw new Error("it does not run");
    abandon({ children: [{ ...identity, program: "kubectl" }] });
    const [child] = children;
    const exited = child === undefined ? Promise.resolve([]) : once(child, "exit");
    expect(await endLeftovers(env)).toBe(1);
    expect(await exited).toEqual([null, "SIGKILL"]);
  });

  it("are not touched when the pid is another process's by now", async () => {
    const pid = await startChild();
    abandon({ children: [{ pid, startedAt: "earlier", program: "kubectl" }] });
    expect(await endLeftovers(env)).toBe(0);
    expect(identifyProcess(pid)).toBeDefined();
  });

  it("are none of our business while the run that started them lives", async () => {
    const pid = await startChild();
    new ChildRegistry(env).addChild(pid, "helm");
    expect(await endLeftovers(env)).toBe(0);
    expect(identifyProcess(pid)).toBeDefined();
  });

  it("are none where no run left a file, or a file that makes no sense", async () => {
    expect(await endLeftovers(env)).toBe(0);
    mkdirSync(childrenDirectory(env), { recursive: true });
    writeFileSync(join(childrenDirectory(env), "1.json"), "{");
    expect(await endLeftovers(env)).toBe(0);
  });
});
