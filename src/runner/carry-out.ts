import type { CheckResult } from "../checks/check.ts";
import { Cancelled, UserError } from "../errors.ts";
import type { RunOptions } from "../config/config.ts";
import { readKeptConfig } from "../facts/kept-config.ts";
import { kinds } from "../kinds.ts";
import type { Plan, PlanItem } from "../plan/plan.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import { readServed } from "../steps/served-certificate.ts";
import type { HostFailure, Step } from "../steps/step.ts";
import type { Observer } from "./event.ts";
import { journalWrites } from "./journal.ts";
import { acquireLock, type Lock } from "./lock.ts";
import type { CommandResult, HostResult } from "./result.ts";
import { explainFailures, warnOfOthers } from "./host-failures.ts";
import { type RunOutcome, runSteps } from "./runner.ts";

export interface Undertaking {
  command: string;
  plan: Plan;
  items: readonly PlanItem[];
  steps: readonly Step[];
  world: ConnectedWorld;
  options: Pick<RunOptions, "skipRehearsal" | "timeoutSeconds" | "deleteCrds">;
  observer: Observer;
  signal: AbortSignal;
  /** Who holds the Lease: `user@host (pid 123)`. */
  holder: string;
  /** What the preflight warned of. */
  checks: readonly CheckResult[];
  /**
   * The kept config that the plan was made from, `undefined` when none was kept: under the Lease it
   * must still be that one, or another run's change would be lost. Not compared when left out.
   */
  madeFrom?: { text: string | undefined };
  /** Done when all steps are, and the Lease is given back: what takes the Lease's own place away. */
  afterLock?: (world: ConnectedWorld) => Promise<void>;
  /**
   * Hosts are isolated: one that fails is left out and the others go on. These are the hosts that
   * the command is about, whose failure is the command's; another's is a warning.
   */
  about?: readonly string[];
  /** What is served is left out of the result: nothing is, at the end of `uninstall`. */
  withoutHosts?: boolean;
}

export interface Outcome {
  result: CommandResult;
  /** What ended the run early; the CLI entry prints it and takes its exit code. */
  error: unknown;
}

/**
 * Runs the steps of a plan under the Lease and tells what came of it. A plan that changes nothing
 * takes no Lease, and its steps only verify. A failure is a value here: what was changed until
 * then is part of the result.
 */
export async function carryOut(undertaking: Undertaking): Promise<Outcome> {
  const { world, journal } = journalWrites(undertaking.world);
  const journaled = { ...undertaking, world };
  const outcome = await runUnderLock(journaled);
  await undertaking.observer.finish();
  const seen = outcome.error === undefined && undertaking.withoutHosts !== true;
  const hosts = seen ? await readHosts(journaled, outcome.failures) : [];
  const error = outcome.error ?? explainFailures(undertaking.about ?? [], outcome.failures);
  const result: CommandResult = {
    command: undertaking.command,
    result: nameResult(error, journal.changes.length),
    error: describeError(error),
    writes: journal.changes.length,
    changes: [...journal.changes],
    warnings: [...outcome.warnings, ...warnOfOthers(undertaking.about ?? [], outcome.failures)],
    checks: [...undertaking.checks],
    plan: [...undertaking.items],
    steps: outcome.steps,
    hosts,
  };
  return { result, error };
}

async function runUnderLock(undertaking: Undertaking): Promise<RunOutcome> {
  const outcome = await runLocked(undertaking);
  const writes = undertaking.items.some(({ intent }) => intent !== "keep");
  if (outcome.error !== undefined || !writes) return outcome;
  try {
    await undertaking.afterLock?.(undertaking.world);
    return outcome;
  } catch (error) {
    return { ...outcome, error };
  }
}

async function runLocked(undertaking: Undertaking): Promise<RunOutcome> {
  const { items, steps, plan, world, options, observer, signal } = undertaking;
  const context = { plan, world, options };
  const isolateHosts = undertaking.about !== undefined;
  const run = { steps, context, isolateHosts, clock: world.clock, observer };
  const writes = items.some(({ intent }) => intent !== "keep");
  if (!writes) return runSteps({ ...run, signal });
  let lock: Lock;
  try {
    lock = await takeLock(undertaking);
  } catch (error) {
    return { steps: notStarted(steps), warnings: [], failures: [], error };
  }
  try {
    await refuseChanged(undertaking);
    const guarded = AbortSignal.any([signal, lock.lost]);
    return await runSteps({ ...run, signal: guarded });
  } catch (error) {
    return { steps: notStarted(steps), warnings: [], failures: [], error };
  } finally {
    await lock.release();
  }
}

async function takeLock(undertaking: Undertaking): Promise<Lock> {
  const { plan, world, signal, holder, observer } = undertaking;
  const { own } = plan.namespaces;
  const ref = { kind: kinds.Namespace, name: own.metadata.name };
  if ((await world.kubernetes.get(ref)) === undefined) await world.kubernetes.apply([own]);
  return acquireLock({
    kubernetes: world.kubernetes,
    clock: world.clock,
    lease: { name: plan.names.lease, namespace: own.metadata.name },
    holder,
    signal,
    onWait: (message) => {
      const at = world.clock.now().getTime();
      const [first] = undertaking.steps;
      if (first === undefined) return;
      observer.onEvent({ step: first.id, title: first.title, phase: "progress", message, at });
    },
  });
}

async function refuseChanged({ madeFrom, world }: Undertaking): Promise<void> {
  if (madeFrom === undefined) return;
  const now = await readKeptConfig(world.kubernetes);
  if (!now.known) throw now.error;
  if (now.value?.text === madeFrom.text) return;
  throw new UserError(
    "GT-CONFIG-CHANGED",
    "Another run changed the kept configuration while this one was being prepared. Nothing was changed by this one.",
    { hint: "Run the same command again: it starts from what is kept now." },
  );
}

const notStarted = (steps: readonly Step[]): RunOutcome["steps"] =>
  steps.map(({ id, title }) => ({ id, title, state: "not-started", durationMs: 0 }));

async function readHosts(
  { plan, world }: Undertaking,
  failures: readonly HostFailure[],
): Promise<HostResult[]> {
  const served = await readServed({ plan, world });
  return plan.hosts.map(({ host }, index) => {
    const certificate = served[index];
    const failure = failures.find((one) => one.host.host === host);
    const error = failure === undefined ? null : describeError(failure.error);
    return {
      ...(error === null ? {} : { error }),
      hostname: host.hostname,
      url: `https://${host.hostname}${host.path}`,
      certificate:
        certificate === undefined
          ? null
          : {
              issuer: certificate.issuer,
              notAfter: certificate.notAfter,
              names: certificate.names,
              trusted: certificate.trusted,
            },
    };
  });
}

function nameResult(error: unknown, writes: number): CommandResult["result"] {
  if (error instanceof Cancelled) return "cancelled";
  if (error !== undefined) return "failed";
  return writes === 0 ? "unchanged" : "done";
}

/** The error as the JSON document tells it; a bug shows its message only. */
export function describeError(error: unknown): CommandResult["error"] {
  if (error === undefined) return null;
  if (error instanceof UserError) {
    return { code: error.code, message: error.message, hint: error.hint ?? null };
  }
  const message =
    error instanceof Error ? error.message : "something that is not an Error was thrown";
  return { code: "GT-BUG", message, hint: null };
}
