import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConnectedWorld } from "../../src/ports/world.ts";
import { runAtTerminal, runInSandbox } from "../support/life.ts";
import { ScriptedTerminal } from "../support/terminal.ts";

let cwd: string;
let statePath: string;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "gateway-tls-clusters-"));
  statePath = join(cwd, "sandbox.json");
  await runInSandbox(
    "init --domain example.com --email ops@example.com --cluster demo --sample-app --yes",
    { statePath, cwd },
  );
});
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

/** The account has a second cluster. */
const withOther = (world: ConnectedWorld): ConnectedWorld => ({
  ...world,
  clusters: { ...world.clusters, list: async () => ["demo", "other"] },
});

const changes = [
  "add-host api.example.com --backend shop/api:8080",
  "remove-host www.example.com",
  "promote --to staging",
  "uninstall",
] as const;

describe.each([...changes, "status", "config show"])(
  "%s, in an account of two clusters",
  (line) => {
    it("offers them", async () => {
      const terminal = new ScriptedTerminal(["demo", "no"]);
      const { stderr } = await runAtTerminal(line, terminal, { statePath, cwd }, withOther);
      expect(terminal.offered["EKS cluster"]).toEqual(["demo", "other"]);
      expect(stderr).not.toContain("GT-");
    });

    it("names them where nobody can be asked", async () => {
      const { exitCode, stderr } = await runInSandbox(line, { statePath, cwd }, withOther);
      expect(exitCode).toBe(2);
      expect(stderr).toContain("GT-CLUSTER-UNNAMED");
      expect(stderr).toContain("demo, other");
    });
  },
);

it("check asks nothing", async () => {
  const terminal = new ScriptedTerminal([]);
  const { stderr } = await runAtTerminal("check", terminal, { statePath, cwd }, withOther);
  expect(stderr).toContain("GT-CLUSTER-UNNAMED");
});
