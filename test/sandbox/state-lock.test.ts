import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { newSandbox } from "./bring-up.ts";

const namespace = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

async function write(statePath: string): Promise<void> {
  const sandbox = await createSandbox({ statePath, faults: [] });
  try {
    const { kubernetes } = await sandbox.connect(undefined, {});
    await kubernetes.apply([namespace(`made-${sandbox.simulation.nextNumber()}`)]);
  } finally {
    await sandbox.close();
  }
}

test("a second process is told who works on the sandbox, since when; one that ended is taken over", async () => {
  const { statePath } = await newSandbox();
  await write(statePath);
  const other = spawn(process.execPath, ["-e", "process.stdin.resume()"]);
  const ended = once(other, "exit");
  const since = "2026-01-02T03:04:05.000Z";
  writeFileSync(`${statePath}.lock`, JSON.stringify({ pid: other.pid, since }));
  const before = readFileSync(statePath);
  await expect(write(statePath)).rejects.toMatchObject({
    code: "GT-SANDBOX-BUSY",
    message: expect.stringMatching(new RegExp(`pid ${other.pid}.*since ${since}`)),
  });
  expect(readFileSync(statePath).equals(before)).toBe(true);
  other.kill("SIGKILL");
  await ended;
  await write(statePath);
  expect(readFileSync(statePath).equals(before)).toBe(false);
  expect(existsSync(`${statePath}.lock`)).toBe(false);
});

test("what another process changed meanwhile is not undone", async () => {
  const { statePath } = await newSandbox();
  await write(statePath);
  const sandbox = await createSandbox({ statePath, faults: [] });
  utimesSync(statePath, 0, 0);
  const { kubernetes } = await sandbox.connect(undefined, {});
  await expect(kubernetes.apply([namespace("late")])).rejects.toMatchObject({
    code: "GT-SANDBOX-BUSY",
  });
  expect(existsSync(`${statePath}.lock`)).toBe(false);
});

test("a lock that says nothing is nobody's", async () => {
  const { statePath } = await newSandbox();
  writeFileSync(`${statePath}.lock`, "");
  await write(statePath);
  expect(existsSync(statePath)).toBe(true);
});

test("reading takes no lock", async () => {
  const { statePath } = await newSandbox();
  await write(statePath);
  const sandbox = await createSandbox({ statePath, faults: [] });
  await sandbox.zones.list();
  expect(existsSync(`${statePath}.lock`)).toBe(false);
});
