import { loadTemplates } from "../../src/adapters/templates.ts";
import type { Config, RunOptions } from "../../src/config/config.ts";
import { UserError } from "../../src/errors.ts";
import type { PlanItem } from "../../src/plan/plan.ts";
import type { ConnectedWorld } from "../../src/ports/world.ts";
import { carryOut, type Outcome } from "../../src/runner/carry-out.ts";
import { connectToCluster, withConnection } from "../../src/runner/connect.ts";
import { type Examination, examine, inspectAll, planFor } from "../../src/runner/prepare.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { steps } from "../../src/steps/index.ts";
import { createSilentObserver } from "./silent.ts";
import { buildConfig, buildRunOptions } from "./config.ts";

export interface Attempt {
  config?: Config;
  options?: Partial<RunOptions>;
  signal?: AbortSignal;
  /** Stands between the steps and the world: to break a write, or to watch. */
  through?: (world: ConnectedWorld) => ConnectedWorld;
}

export interface Result extends Partial<Outcome> {
  examination: Examination;
  items: PlanItem[];
}

/** What `init` does behind its views, in a sandbox. */
export async function bringUp(sandbox: Sandbox, attempt: Attempt = {}): Promise<Result> {
  const config = attempt.config ?? buildConfig();
  const options = buildRunOptions(attempt.options);
  const connection = await connectToCluster(sandbox, config, options);
  const question = { config, options, configText: "kept", templates: await loadTemplates() };
  const examination = await examine(sandbox, connection, question);
  if (connection instanceof UserError || examination.failure !== undefined) {
    return { examination, items: [], error: examination.failure };
  }
  const plan = planFor(examination, question);
  const connected = withConnection(sandbox, connection);
  const world = attempt.through?.(connected) ?? connected;
  const items = await inspectAll(steps, plan, world, options);
  const outcome = await carryOut({
    command: "init",
    plan,
    items,
    steps,
    world,
    options,
    observer: createSilentObserver(),
    signal: attempt.signal ?? new AbortController().signal,
    holder: "tester@host (pid 1)",
    checks: [],
  });
  return { examination, items, ...outcome };
}
