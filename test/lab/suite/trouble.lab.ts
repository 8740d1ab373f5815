import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import type { Built } from "../build/build.ts";
import { findRepository } from "../build/cache.ts";
import { LabError } from "../error.ts";
import { startLab } from "../lab.ts";
import { addressOf } from "./world.ts";

const ADDRESS = addressOf(40);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gateway-tls-trouble-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeProgram(path: string, script: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

test("what a build needs and is missing is named at once, with how to get it", () => {
  const run = join(findRepository(), "test/lab/run.mjs");
  const { status, stderr } = spawnSync(process.execPath, [run, "build"], {
    cwd: findRepository(),
    env: { HOME: folder, XDG_CACHE_HOME: join(folder, "cache"), PATH: join(folder, "empty") },
    encoding: "utf8",
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/no Go on the PATH\. Install Go 1\.\d+\S* or newer: https:/);
  expect(stderr).toMatch(/no python3 with venv on the PATH\. Install Python 3\.\d+ or newer/);
  expect(stderr).not.toMatch(/^\s+at /m);
});

/** The lab's programs, with another in the place of the control plane's; `$1` is the part that it is to be. */
function withKube(script: string): Built {
  const built = inject("built");
  const bin = join(folder, "programs");
  writeProgram(join(bin, "kube"), script);
  return { ...built, bin };
}

/** The error of a start, which has to be for people. */
async function failToStart(built: Built): Promise<string> {
  const started = startLab({ built, folder: join(folder, "world"), address: ADDRESS });
  const error: unknown = await started.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(LabError);
  return String(error);
}

const countServers = () =>
  process.getActiveResourcesInfo().filter((name) => name === "TCPServerWrap").length;

test("a part that does not start is named with the end of its log, and nothing is left running", async () => {
  const pid = join(folder, "pid");
  const built = {
    ...withKube(`echo "kube: no room on the device" >&2; exit 3`),
    ministack: writeProgram(join(folder, "ministack"), `echo $$ > ${pid}; exec sleep 600`),
  };
  const error = await failToStart(built);
  expect(error).toMatch(/(?:etcd|kube-apiserver) ended with exit code 3/);
  expect(error).toContain("kube: no room on the device");
  expect(() => process.kill(Number(readFileSync(pid, "utf8")), 0)).toThrow(/ESRCH/);
});

test("what is up already when another part ends listens no more", async () => {
  const before = countServers();
  const isSeeded = `grep -q "cluster lab created" ${join(folder, "world/logs/aws.log")}`;
  const waits = `until ${isSeeded}; do sleep 1; done; sleep 2`;
  const error = await failToStart(withKube(`${waits}; echo "$1: no room" >&2; exit 3`));
  expect(error).toContain("ended with exit code 3");
  expect(countServers()).toBe(before);
});

test.each([
  ["etcd", "etcd"],
  ["controller-manager", "kube-controller-manager"],
  ["scheduler", "kube-scheduler"],
])("where %s ends, it is the one that is named", async (command, name) => {
  const kube = join(inject("built").bin, "kube");
  const ends = `echo "$1: no room" >&2; exit 5`;
  const built = withKube(`if [ $1 = ${command} ]; then ${ends}; fi; exec ${kube} "$@"`);
  symlinkSync(join(inject("built").bin, "pebble"), join(built.bin, "pebble"));
  symlinkSync(join(inject("built").bin, "pebble-staging"), join(built.bin, "pebble-staging"));
  const error = await failToStart(built);
  expect(error).toMatch(new RegExp(`: ${name} ended with exit code 5.*${name}\\.log`));
  expect(error).toContain(`${command}: no room`);
});

test("an occupied port 80 is named with its owner", async () => {
  const server = createServer().listen(80, ADDRESS);
  await once(server, "listening");
  try {
    const started = startLab({ built: inject("built"), folder, address: ADDRESS });
    await expect(started).rejects.toThrow(
      `Port 80 of ${ADDRESS} is taken by node (pid ${process.pid}). Stop that program`,
    );
  } finally {
    server.close();
  }
});
