import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { hostedZone, ZONE_ID } from "../../src/sandbox/seed.ts";
import { readState } from "../../src/sandbox/state-file.ts";
import { runInSandbox } from "../support/life.ts";

const NEW_ID = "Z0123456789EXAMPLE09";

let directory: string;
let statePath: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-zone-"));
  statePath = join(directory, "sandbox.json");
  await run("init --domain example.com --email ops@example.com --cluster demo --sample-app --yes");
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const run = (line: string) => runInSandbox(line, { statePath, cwd: directory });

/** A new zone of the same name, with name servers of its own, that the parent delegates to. */
function makeZone({ andDeleteOld = false } = {}): void {
  const state = readState(statePath);
  if (state === undefined) throw new Error("init keeps its world");
  if (andDeleteOld) delete state.aws.zones[ZONE_ID];
  state.aws.zones[NEW_ID] = hostedZone(NEW_ID, "example.com", 5);
  writeFileSync(statePath, JSON.stringify(state));
}

async function zoneIds() {
  const { simulation } = await createSandbox({ statePath, faults: [] });
  const { state, store } = simulation;
  const policy = JSON.stringify(Object.values(state.aws.policies));
  const values = JSON.stringify(state.releases.find(({ name }) => name === "external-dns")?.values);
  const kept = JSON.stringify(store.findKind("ConfigMap", "gateway-tls", "gateway-tls")?.["data"]);
  return [policy, values, kept].map((text) => [text.includes(ZONE_ID), text.includes(NEW_ID)]);
}

it.each(["init --cluster demo", `init --cluster demo --zone-id ${NEW_ID}`])(
  "%s goes on with a zone that was deleted and made again",
  async (command) => {
    makeZone({ andDeleteOld: true });
    const { exitCode, stderr } = await run(`${command} --yes`);
    expect(exitCode, stderr).toBe(0);
    expect(stderr.replace(/\s+/g, " ")).toContain(`${ZONE_ID}, which the account has no more`);
    expect(await zoneIds()).toEqual([
      [false, true],
      [false, true],
      [false, true],
    ]);
    const { simulation } = await createSandbox({ statePath, faults: [] });
    const records = simulation.state.aws.zones[NEW_ID]?.records.map(({ name, type }) => [
      name,
      type,
    ]);
    expect(records).toContainEqual(["www.example.com", "A"]);
    const again = await run("init --cluster demo --yes");
    expect(again.stdout).toContain("Nothing had to change.");
    expect(again.stderr).not.toContain("has no more");
  },
);

it("add-host goes on too", async () => {
  makeZone({ andDeleteOld: true });
  const added = await run("add-host api.example.com --backend shop/api:8080 --cluster demo --yes");
  expect(added.exitCode, added.stderr).toBe(0);
  expect((await run("check --cluster demo")).exitCode).toBe(0);
});

it("another zone beside the installed one is refused", async () => {
  makeZone();
  const { exitCode, stderr } = await run(`init --cluster demo --zone-id ${NEW_ID} --yes`);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("GT-INSTALLATION-OTHER");
  expect((await zoneIds()).map(([, isNew]) => isNew)).toEqual([false, false, false]);
});
