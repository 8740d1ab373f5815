import { loadTemplates } from "../../src/adapters/templates.ts";
import type { Config, RunOptions } from "../../src/config/config.ts";
import type { PlanItem } from "../../src/plan/plan.ts";
import type { ConnectedWorld } from "../../src/ports/world.ts";
import { carryOut, type Outcome } from "../../src/runner/carry-out.ts";
import { withConnection } from "../../src/runner/connect.ts";
import { inspectAll } from "../../src/runner/prepare.ts";
import { planInstalled } from "../../src/runner/plan-installed.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { removalSteps } from "../../src/steps/removal/index.ts";
import { removeOwnNamespace } from "../../src/steps/removal/kept-config.ts";
import { createSilentObserver } from "./silent.ts";
import { buildConfig, buildRunOptions } from "./config.ts";

export interface TakeDown {
  config?: Config;
  options?: Partial<RunOptions>;
  through?: (world: ConnectedWorld) => ConnectedWorld;
}

/** What `uninstall` does behind its views, in a sandbox. */
export async function takeDown(
  sandbox: Sandbox,
  attempt: TakeDown = {},
): Promise<Outcome & { items: PlanItem[] }> {
  const config = attempt.config ?? buildConfig();
  const options = buildRunOptions(attempt.options);
  const connection = await sandbox.connect(await sandbox.clusters.find(config.cluster), {});
  const connected = withConnection(sandbox, connection);
  const world = attempt.through?.(connected) ?? connected;
  const plan = await planInstalled(world, {
    config,
    configText: "",
    templates: await loadTemplates(),
  });
  const waiting = new AbortController().signal;
  const items = await inspectAll(removalSteps, plan, world, options);
  const outcome = await carryOut({
    command: "uninstall",
    plan,
    items,
    steps: removalSteps,
    world,
    options,
    observer: createSilentObserver(),
    signal: waiting,
    holder: "tester@host (pid 1)",
    checks: [],
    withoutHosts: true,
    afterSteps: (journaled) => removeOwnNamespace({ plan, world: journaled, options, waiting }),
  });
  return { ...outcome, items };
}
