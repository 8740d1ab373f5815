import { execFile, execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { findRepository } from "../build/cache.ts";
import { until } from "./until.ts";
import { addressOf } from "./world.ts";

const ADDRESS = addressOf(41);
let folder: string;
let cache: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gateway-tls-up-"));
  cache = join(folder, "gateway-tls-lab");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A cache of the same programs, with another in the place of the control plane's. */
function fillCache(kube: string): void {
  const { bin, charts, ministack } = inject("built");
  const programs = join(cache, basename(bin));
  mkdirSync(programs, { recursive: true });
  for (const name of readdirSync(bin)) symlinkSync(join(bin, name), join(programs, name));
  for (const path of [dirname(charts), dirname(dirname(ministack))]) {
    symlinkSync(path, join(cache, basename(path)));
  }
  rmSync(join(programs, "kube"));
  writeFileSync(join(programs, "kube"), `#!/bin/sh\n${kube}\n`, { mode: 0o755 });
}

/** `npm run lab` with that cache. */
function runLab(...args: readonly string[]) {
  const env = { ...process.env, XDG_CACHE_HOME: folder };
  const command = [join(findRepository(), "test/lab/run.mjs"), ...args];
  const child = execFile(process.execPath, command, { cwd: findRepository(), env });
  let said = "";
  child.stderr?.on("data", (text: string) => (said += text));
  const ended = new Promise<{ code: number | null; said: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, said }));
  });
  return { child, ended };
}

/** The daemon has the address among its arguments; its parts have paths in the cache. */
function listRunning(): string[] {
  const all = execFileSync("ps", ["-eo", "args="], { encoding: "utf8" }).split("\n");
  return all.filter((line) => line.includes(folder) || line.includes(ADDRESS));
}

test("up ends with the part that ended after others were ready, and leaves nothing running", async () => {
  const isSeeded = `grep -q "cluster lab created" ${join(cache, "world/logs/aws.log")}`;
  const waits = `until ${isSeeded}; do sleep 1; done; sleep 2`;
  fillCache(`${waits}; echo "$1: no room on the device" >&2; exit 3`);
  const { code, said } = await runLab("up", "--address", ADDRESS).ended;
  expect(said).toMatch(/(?:etcd|kube-apiserver) ended with exit code 3/);
  expect(said).toMatch(/(?:etcd|apiserver): no room on the device/);
  expect(said).not.toMatch(/^\s+at /m);
  expect(code).toBe(1);
  await expect.poll(listRunning).toEqual([]);
});

test("a lab that is still starting is known, and Ctrl-C ends all of it", async () => {
  fillCache(`while :; do sleep 1; done`);
  const { child, ended } = runLab("up", "--address", ADDRESS);
  const parts = join(cache, "world/processes.json");
  await until("parts are started", async () => (existsSync(parts) ? true : undefined));
  expect((await runLab("up", "--address", ADDRESS).ended).said).toContain("It runs already");
  expect((await runLab("env").ended).said).toContain("It is not up yet");
  expect(listRunning()).not.toEqual([]);
  child.kill("SIGINT");
  const { code, said } = await ended;
  expect(said).toContain("It was ended before it was up.");
  expect(code).toBe(1);
  await expect.poll(listRunning).toEqual([]);
});

test("down ends a lab that is still starting", async () => {
  fillCache(`while :; do sleep 1; done`);
  const { ended } = runLab("up", "--address", ADDRESS);
  const parts = join(cache, "world/processes.json");
  await until("parts are started", async () => (existsSync(parts) ? true : undefined));
  expect((await runLab("down").ended).code).toBe(0);
  expect((await ended).code).toBe(1);
  await expect.poll(listRunning).toEqual([]);
});
