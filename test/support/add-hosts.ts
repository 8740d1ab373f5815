import { loadTemplates } from "../../src/adapters/templates.ts";
import type { Config, RunOptions } from "../../src/config/config.ts";
import { writeConfig } from "../../src/config/config-file.ts";
import { UserError } from "../../src/errors.ts";
import type { PlanItem } from "../../src/plan/plan.ts";
import type { ConnectedWorld } from "../../src/ports/world.ts";
import { carryOut, type Outcome } from "../../src/runner/carry-out.ts";
import { connectToCluster, withConnection } from "../../src/runner/connect.ts";
import { examine, inspectAll, planFor } from "../../src/runner/prepare.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { failedHosts } from "../../src/steps/failed-hosts.ts";
import { steps as everyStep } from "../../src/steps/index.ts";
import { createSilentObserver } from "./silent.ts";
import { buildConfig, buildRunOptions } from "./config.ts";

export interface Addition {
  config?: Config;
  options?: Partial<RunOptions>;
  through?: (world: ConnectedWorld) => ConnectedWorld;
}

/** What `add-host` does behind its views, in a sandbox: the config has the hosts already. */
export async function addHosts(
  sandbox: Sandbox,
  about: readonly string[],
  attempt: Addition = {},
): Promise<Partial<Outcome> & { items: PlanItem[] }> {
  const config = attempt.config ?? withHosts(about);
  const options = buildRunOptions(attempt.options);
  const connection = await connectToCluster(sandbox, config, options);
  if (connection instanceof UserError) throw connection;
  const templates = await loadTemplates();
  const question = { config, options, configText: writeConfig(config), templates, about };
  const examination = await examine(sandbox, connection, question);
  if (examination.failure !== undefined) return { items: [], error: examination.failure };
  const plan = planFor(examination, question);
  const connected = withConnection(sandbox, connection);
  const world = attempt.through?.(connected) ?? connected;
  const steps = [...everyStep, failedHosts];
  const items = await inspectAll(steps, plan, world, options);
  const outcome = await carryOut({
    command: "add-host",
    plan,
    items,
    steps,
    world,
    options,
    observer: createSilentObserver(),
    signal: new AbortController().signal,
    holder: "tester@host (pid 1)",
    checks: [],
    about,
  });
  return { ...outcome, items };
}

/** The usual config, and these hosts in front of a Service of the user's. */
export function withHosts(hostnames: readonly string[]): Config {
  const backend = { namespace: "shop", service: "api", port: 8080 };
  const config = buildConfig();
  const added = hostnames.map((hostname) => ({ hostname, backend, path: "/" }));
  return { ...config, hosts: [...config.hosts, ...added] };
}
