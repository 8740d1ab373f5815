import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadTemplates } from "../../src/adapters/templates.ts";
import { buildStatus } from "../../src/checks/status.ts";
import type { RunOptions } from "../../src/config/config.ts";
import { readStatusFacts } from "../../src/facts/status-facts.ts";
import { surveyInstallation } from "../../src/facts/survey.ts";
import { carryOut } from "../../src/runner/carry-out.ts";
import { examine, inspectAll, planFor } from "../../src/runner/prepare.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { steps } from "../../src/steps/index.ts";
import { buildConfig, troubles } from "./build-facts.ts";

const directory = mkdtempSync(join(tmpdir(), "gateway-tls-status-"));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const options: RunOptions = {
  yes: true,
  dryRun: false,
  output: "text",
  skipRehearsal: false,
  certificatesPerWeek: 50,
  timeoutSeconds: 1800,
  sandbox: true,
  sandboxFaults: [],
  color: false,
  debug: false,
};

async function install(name: string) {
  const config = buildConfig();
  const statePath = join(directory, `${name}.json`);
  const world = await createSandbox({
    statePath,
    faults: [],
    startAt: new Date("2026-11-23T00:00:00Z"),
  });
  const connection = await world.connect(await world.clusters.find(config.cluster), {});
  const question = {
    config,
    options,
    configText: "domain: example.com\n",
    templates: await loadTemplates(),
  };
  const examination = await examine(world, connection, question);
  const plan = planFor(examination, question);
  const connected = { ...world, ...connection };
  const run = async () =>
    carryOut({
      command: "init",
      plan,
      items: await inspectAll(steps, plan, connected, options),
      steps,
      world: connected,
      options,
      observer: { onEvent: () => undefined, finish: async () => undefined },
      signal: new AbortController().signal,
      holder: "test",
      checks: [],
    });
  const look = async () => {
    const { names, environment, versions } = plan;
    const survey = surveyInstallation(config, names, versions, environment.zone.id);
    const read = await readStatusFacts(connected, survey);
    return buildStatus(read.survey, read.facts);
  };
  const again = async () => troubles((await examine(world, connection, question)).report);
  return { run, look, again, connection, world };
}

test("degraded before, healthy after init; the preflight still passes", async () => {
  const { run, look, again, connection, world } = await install("whole");
  expect(await look()).toMatchObject({
    verdict: "degraded",
    next: expect.stringContaining("gateway-tls init"),
  });
  const { error } = await run();
  expect(error).toBeUndefined();
  const status = await look();
  expect(status.hosts[0]?.chain.filter(({ state }) => state !== "ok")).toEqual([]);
  expect(status).toMatchObject({ verdict: "healthy", next: null });
  expect(status.hosts[0]?.certificate).toMatchObject({ names: ["www.example.com"], served: true });
  expect(await again()).toEqual([]);
  await connection.close();
  await world.close();
});
