import type { CheckResult } from "../checks/check.ts";
import { Cancelled, UserError } from "../errors.ts";
import type { RunOptions } from "../config/config.ts";
import type { Plan, PlanItem } from "../plan/plan.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import { readServed } from "../steps/served-certificate.ts";
import type { HostFailure, Step } from "../steps/step.ts";
import type { Observer } from "./event.ts";
import { guardWrites, journalWrites } from "./journal.ts";
import { isOpen } from "./inspect-to-apply.ts";
import { RunLease } from "./run-lease.ts";
import type { CommandResult, HostResult } from "./result.ts";
import { explainFailures, warnOfOthers } from "./host-failures.ts";
import { type RunOutcome, runSteps } from "./runner.ts";

/** A plan to carry out, and how. */
export interface Undertaking {
  command: string;
  plan: Plan;
  /** What `inspectAll` found: a list of `keep` only takes no Lease before a step has to write. */
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
  /** Done when all steps are, the Lease still ours: what takes the Lease's own place away. */
  afterSteps?: (world: ConnectedWorld) => Promise<void>;
  /**
   * Hosts are isolated: one that fails is left out and the others go on. These are the hosts that
   * the command is about, whose failure is the command's; another's is a warning.
   */
  about?: readonly string[];
  /** What is served is left out of the result: nothing is, at the end of `uninstall`. */
  withoutHosts?: boolean;
}

/** What came of it, whether it failed or not. */
export interface Outcome {
  result: CommandResult;
  /** What ended the run early; the CLI entry prints it and takes its exit code. */
  error: unknown;
}

/**
 * Runs the steps of a plan under the Lease and tells what came of it. A plan that changes nothing
 * takes no Lease, and its steps only verify; where one of them finds a difference all the same, the
 * Lease is taken before it writes. A failure is a value here: what was changed until then is part of
 * the result.
 */
export async function carryOut(undertaking: Undertaking): Promise<Outcome> {
  const { world: noting, journal } = journalWrites(undertaking.world);
  const lease = new RunLease({ ...undertaking, world: noting });
  const journaled = { ...undertaking, world: guardWrites(noting, lease) };
  const outcome = await runUnderLease(journaled, lease);
  await undertaking.observer.finish();
  const seen = outcome.error === undefined && undertaking.withoutHosts !== true;
  const { hosts, unseen } = seen
    ? await readHosts(journaled, outcome.failures)
    : { hosts: [], unseen: [] };
  const about = undertaking.about ?? [];
  const error = outcome.error ?? explainFailures(about, outcome.failures);
  const result: CommandResult = {
    command: undertaking.command,
    result: nameResult(error, journal.changes.length),
    error: describeError(error),
    writes: journal.changes.length,
    changes: [...journal.changes],
    warnings: [...outcome.warnings, ...warnOfOthers(about, outcome.failures), ...unseen],
    checks: [...undertaking.checks],
    plan: [...undertaking.items],
    steps: outcome.steps,
    hosts,
  };
  return { result, error };
}

async function runUnderLease(undertaking: Undertaking, lease: RunLease): Promise<RunOutcome> {
  const { items, steps, signal } = undertaking;
  try {
    if (isOpen(items)) await lease.take({ waiting: signal, report: reportTo(undertaking) });
    const outcome = await run(undertaking, lease);
    const mayEnd = outcome.error === undefined && lease.isHeld;
    return mayEnd ? await endLast(undertaking, lease, outcome) : outcome;
  } catch (error) {
    return { steps: notStarted(steps), warnings: [], failures: [], error };
  } finally {
    await lease.release();
  }
}

function run(undertaking: Undertaking, lease: RunLease): Promise<RunOutcome> {
  const { steps, plan, world, options, observer } = undertaking;
  const isolateHosts = undertaking.about !== undefined;
  const context = { plan, world, options };
  const signal = AbortSignal.any([undertaking.signal, lease.lost]);
  return runSteps({ steps, context, isolateHosts, lease, clock: world.clock, observer, signal });
}

/** What takes the Lease away is done while it is still ours, so that no other run begins in it. */
async function endLast(
  { afterSteps, world }: Undertaking,
  lease: RunLease,
  outcome: RunOutcome,
): Promise<RunOutcome> {
  if (afterSteps === undefined) return outcome;
  await lease.settle();
  try {
    await afterSteps(world);
    return outcome;
  } catch (error) {
    return { ...outcome, error };
  }
}

/** Before any step has begun, the first one shows what is waited for. */
const reportTo =
  ({ world, steps: [first], observer }: Undertaking) =>
  (message: string): void => {
    if (first === undefined) return;
    const at = world.clock.now().getTime();
    observer.onEvent({ step: first.id, title: first.title, phase: "progress", message, at });
  };

const notStarted = (steps: readonly Step[]): RunOutcome["steps"] =>
  steps.map(({ id, title }) => ({ id, title, state: "not-started", durationMs: 0 }));

async function readHosts(
  { plan, world }: Undertaking,
  failures: readonly HostFailure[],
): Promise<{ hosts: HostResult[]; unseen: string[] }> {
  const { served, unseen } = await readServed({ plan, world }).then(
    (certificates) => ({ served: certificates, unseen: [] }),
    (error: unknown) => {
      // All steps are done: what cannot be looked at once more does not undo that.
      if (!(error instanceof UserError)) throw error;
      return { served: [], unseen: [`What is served could not be read: ${error.message}`] };
    },
  );
  const hosts = plan.hosts.map(({ host }, index) => {
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
  return { hosts, unseen };
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
