import { readdirSync, readFileSync } from "node:fs";
import { examine, inspectAll, planFor, type Question } from "../../src/runner/prepare.ts";
import { carryOut, type Outcome } from "../../src/runner/carry-out.ts";
import type { RunEvent } from "../../src/runner/event.ts";
import { steps } from "../../src/steps/index.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { buildConfig, buildRunOptions } from "../support/config.ts";

const folder = new URL("../../templates/", import.meta.url);
const templates = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "utf8")]),
);

/** What `init` does in a sandbox, without its screen. Throws what the preflight finds. */
export async function runInit(
  sandbox: Sandbox,
  overrides: Parameters<typeof buildConfig>[0] = {},
  onEvent: (event: RunEvent) => void = () => undefined,
): Promise<Outcome> {
  const config = buildConfig(overrides);
  const options = buildRunOptions();
  const question: Question = { config, options, configText: "sandbox: true\n", templates };
  const cluster = await sandbox.clusters.find(config.cluster);
  const connection = await sandbox.connect(cluster, {});
  const examination = await examine(sandbox, connection, question);
  if (examination.failure !== undefined) throw examination.failure;
  const plan = planFor(examination, question);
  const world = { ...sandbox, ...connection };
  const items = await inspectAll(steps, plan, world, options);
  return carryOut({
    command: "init",
    plan,
    items,
    steps,
    world,
    options,
    observer: { onEvent, finish: async () => undefined },
    signal: new AbortController().signal,
    holder: "tester",
    checks: [],
  });
}
