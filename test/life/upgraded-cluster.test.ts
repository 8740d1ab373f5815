import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { joinLines } from "../support/join-lines.ts";
import { runInSandbox } from "../support/life.ts";

const INIT = "init --domain example.com --email ops@example.com --cluster demo --sample-app --yes";

let directory: string;
/** The sandbox's cluster is of 1.34, once the fault is gone that makes it an older one. */
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-upgraded-"));
  await run(`${INIT} --versions 2025 --sandbox-fault old-kubernetes`);
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const run = (line: string) =>
  runInSandbox(line, { statePath: join(directory, "sandbox.json"), cwd: directory });
const run134 = (line: string) => run(`${line} --sandbox-fault none`);

it("the installation goes on when the cluster is upgraded past its set, with a warning", async () => {
  const again = await run134("init --cluster demo --yes");
  expect(again.exitCode, again.stderr).toBe(0);
  expect(again.stdout).toContain("Nothing had to change.");
  expect(joinLines(again.stderr)).toContain("which is for Kubernetes 1.29 to 1.32");
  const added = await run134(
    "add-host api.example.com --backend shop/api:8080 --cluster demo --yes",
  );
  expect(added.exitCode, added.stderr).toBe(0);
  const checked = await run134("check --cluster demo");
  expect([checked.exitCode, checked.stdout]).toEqual([
    0,
    expect.stringContaining("GT-VERSIONS-UNSUPPORTED"),
  ]);
});

it("the way out that the warning names leads to the other set", async () => {
  const refused = await run134("init --cluster demo --versions current --yes");
  expect(joinLines(refused.stderr)).toMatch(
    /gateway-tls uninstall --cluster demo .* --delete-crds/,
  );
  expect((await run134("uninstall --delete-crds --cluster demo --yes")).exitCode).toBe(0);
  const { exitCode, stderr } = await run134(`${INIT} --versions current`);
  expect(exitCode, stderr).toBe(0);
});

it("without --delete-crds the CRDs of the other set are left, and are to be brought up", async () => {
  expect((await run134("uninstall --cluster demo --yes")).exitCode).toBe(0);
  const { exitCode, stderr } = await run134(`${INIT} --versions current`);
  expect(exitCode).toBe(1);
  expect(joinLines(stderr)).toContain("Bring them up: kubectl apply --server-side");
});
