import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { ZONE_ID } from "../../src/sandbox/seed.ts";
import { writeState } from "../../src/sandbox/state-file.ts";
import { runInSandbox } from "../support/life.ts";

let directory: string;
let statePath: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-caa-"));
  statePath = join(directory, "sandbox.json");
  await run("init --domain example.com --email ops@example.com --cluster demo --sample-app --yes");
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const run = (line: string) => runInSandbox(line, { statePath, cwd: directory });

describe("a CAA record that forbids the CA", () => {
  /** At one name, as whoever has it under another CA sets it. */
  async function forbid(name: string): Promise<void> {
    const { simulation } = await createSandbox({ statePath, faults: [] });
    const values = ['0 issue "another-ca.example"'];
    const record = { name, type: "CAA", ttlSeconds: 300, values, visibleFrom: 0 };
    simulation.state.aws.zones[ZONE_ID]?.records.push(record);
    writeState(statePath, simulation.state);
  }

  it("at a host that is there already keeps no other host out", async () => {
    await run("add-host docs.example.com --backend shop/web:80 --cluster demo --yes");
    await forbid("docs.example.com");
    const line = "add-host api.example.com --backend shop/api:8080 --cluster demo --yes";
    const { exitCode, stderr } = await run(line);
    expect(exitCode, stderr).toBe(0);
    expect(stderr.replace(/\s+/g, " ")).toContain("forbids a certificate for docs.example.com");
  });

  it("at the host that is added keeps it out", async () => {
    await forbid("api.example.com");
    const line = "add-host api.example.com --backend shop/api:8080 --cluster demo --yes";
    const { exitCode, stderr } = await run(line);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining("GT-CAA-FORBIDS")]);
  });
});
