import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readState } from "../../src/sandbox/state-file.ts";
import type { WorldState } from "../../src/sandbox/world-state.ts";
import { runCli } from "../support/run-cli.ts";

const directory = mkdtempSync(join(tmpdir(), "gateway-tls-watch-"));
const installed = join(directory, "installed.json");
const where = ["--cluster", "demo", "--sandbox", "--sandbox-state"];

beforeAll(async () => {
  const wanted = ["--domain", "example.com", "--email", "ops@example.com", "--sample-app"];
  const { exitCode, stderr } = await runCli(["init", ...wanted, "--yes", ...where, installed]);
  if (exitCode !== 0) throw new Error(stderr);
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** The installed world in which somebody deleted objects whose keys end so. */
function without(name: string, suffix: string): string {
  const statePath = join(directory, `${name}.json`);
  copyFileSync(installed, statePath);
  const state: WorldState | undefined = readState(statePath);
  if (state === undefined) throw new Error("init keeps its world");
  for (const key of Object.keys(state.objects)) {
    if (key.endsWith(suffix)) delete state.objects[key];
  }
  writeFileSync(statePath, JSON.stringify(state));
  return statePath;
}

const SECRET = "Secret|gateway-tls|www.example.com-tls";

test("a healthy installation ends it at once", async () => {
  const ran = await runCli(["status", "--watch", ...where, installed]);
  expect([ran.exitCode, ran.stdout]).toEqual([0, expect.stringContaining("All is well.")]);
});

test("changes are shown as they come, until all is well", async () => {
  const ran = await runCli(["status", "--watch", ...where, without("reissue", SECRET)]);
  expect(ran.exitCode).toBe(0);
  const lines = ran.stdout.split("\n").filter((line) => /^\d\d:\d\d:\d\d /.test(line));
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.join("\n")).toMatch(/✓ www\.example\.com Certificate served/);
  expect(ran.stdout).toContain("All is well.");
});

test("something broken ends it with exit 3", async () => {
  const statePath = without("broken", "Deployment|external-dns|external-dns");
  const ran = await runCli(["status", "--watch", ...where, statePath]);
  expect([ran.exitCode, ran.stdout]).toEqual([3, expect.stringContaining("GT-DEPLOYMENT-MISSING")]);
});

test("a wait that is too long for it ends with exit 124 and the last reason", async () => {
  const statePath = without("short", SECRET);
  const ran = await runCli(["status", "--watch", "--timeout", "3", ...where, statePath]);
  expect(ran.exitCode).toBe(124);
  expect(ran.stderr).toMatch(/Not all was well within 3 s; last seen: [^]+\.\n/);
});

test("as JSON: the changes on stderr, the last document on stdout", async () => {
  const statePath = without("json", SECRET);
  const ran = await runCli(["status", "--watch", "--output", "json", ...where, statePath]);
  expect(JSON.parse(ran.stdout)).toMatchObject({ verdict: "healthy" });
  expect(ran.stderr).toMatch(/Certificate served/);
});
