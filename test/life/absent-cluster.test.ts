import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { runInSandbox } from "../support/life.ts";

const cwd = mkdtempSync(join(tmpdir(), "gateway-tls-absent-"));
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

it.each([
  "init --domain example.com --email ops@example.com --sample-app --yes",
  "add-host api.example.com --backend shop/api:8080",
  "remove-host www.example.com --yes",
  "promote",
  "uninstall --yes",
  "config show",
  "status",
  "check",
])("%s: a cluster that is not there is wrong usage, with the nearest", async (line) => {
  const where = { statePath: join(cwd, "sandbox.json"), cwd };
  const { exitCode, stderr, stdout } = await runInSandbox(`${line} --cluster dmo`, where);
  const said = `${stderr}${stdout}`.replaceAll(/\s+/g, " ");
  expect(said).toContain('Account 123456789012 has no cluster "dmo" in eu-west-1. It has: demo.');
  expect(said).toContain("Did you mean --cluster demo?");
  expect(exitCode).toBe(2);
});
