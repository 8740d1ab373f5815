import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
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

test("a part that does not start is named with the end of its log, and nothing is left running", async () => {
  const built = inject("built");
  const pid = join(folder, "pid");
  const broken = {
    ...built,
    bin: join(folder, "programs"),
    ministack: writeProgram(join(folder, "ministack"), `echo $$ > ${pid}; exec sleep 600`),
  };
  writeProgram(join(broken.bin, "kube"), `echo "kube: no room on the device" >&2; exit 3`);
  const started = startLab({ built: broken, folder: join(folder, "world"), address: ADDRESS });
  const error: unknown = await started.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(LabError);
  expect(String(error)).toMatch(/kube\S* ended with exit code 3/);
  expect(String(error)).toContain("kube: no room on the device");
  expect(() => process.kill(Number(readFileSync(pid, "utf8")), 0)).toThrow(/ESRCH/);
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
