import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { endOrphans } from "../running-labs.ts";

let cache: string;
let folder: string;

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "gateway-tls-orphans-"));
  folder = mkdtempSync(join(tmpdir(), "gateway-tls-lab-"));
  mkdirSync(join(folder, "logs"));
  vi.stubEnv("XDG_CACHE_HOME", cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const path of [cache, folder]) rmSync(path, { recursive: true, force: true });
});

/** What a lab leaves whose process was killed: that id is now another process's. */
function leaveNote(of: string): void {
  const notes = join(cache, "gateway-tls-lab/running");
  mkdirSync(notes, { recursive: true });
  const owner = { name: "lab", pid: process.pid, startedAt: "Thu Jan  1 00:00:00 1970" };
  writeFileSync(join(notes, "1-1.json"), JSON.stringify({ folder: of, owner }));
}

test("the temporary folder of a lab that was killed is removed with its note", () => {
  leaveNote(folder);
  endOrphans();
  expect(existsSync(folder)).toBe(false);
  expect(readdirSync(join(cache, "gateway-tls-lab/running"))).toEqual([]);
});

test("a folder that is no suite's stays, with its logs", () => {
  const world = join(folder, "gateway-tls-lab-world");
  mkdirSync(world);
  leaveNote(world);
  endOrphans();
  expect(existsSync(world)).toBe(true);
  expect(readdirSync(join(cache, "gateway-tls-lab/running"))).toEqual([]);
});

test("where another start takes the same away at the same moment, this one goes on", () => {
  leaveNote(folder);
  const etcd = { name: "etcd", pid: 4242, startedAt: "Thu Jan  1 00:00:00 1970" };
  writeFileSync(join(folder, "processes.json"), JSON.stringify([etcd]));
  const bin = join(cache, "bin");
  mkdirSync(bin);
  const script = `#!/bin/sh\nif [ "$4" = ${etcd.pid} ]; then rm -r "${folder}"; fi\n`;
  writeFileSync(join(bin, "ps"), script, { mode: 0o755 });
  vi.stubEnv("PATH", [bin, process.env["PATH"]].join(delimiter));
  expect(endOrphans()).toEqual([]);
  expect(existsSync(folder)).toBe(false);
});
