import { Cancelled, UserError } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import type { Clock } from "../ports/world.ts";
import type { HostFailure, Step, StepContext } from "../steps/step.ts";
import type { StepId } from "../plan/step-id.ts";
import type { Observer, Phase } from "./event.ts";
import { inspectToApply, isOpen } from "./inspect-to-apply.ts";
import { Patience } from "./patience.ts";
import type { StepResult } from "./result.ts";
import type { RunLease } from "./run-lease.ts";

/** What `runSteps` runs, for whom, and until when. */
export interface Run {
  steps: readonly Step[];
  context: Pick<StepContext, "plan" | "world" | "options">;
  /** A host that fails is taken out, and the run goes on with the others. */
  isolateHosts?: boolean;
  /** Taken before a step is applied, where it is not held yet. Left out: it needs none. */
  lease?: Pick<RunLease, "isHeld" | "take">;
  clock: Clock;
  observer: Observer;
  /** Aborts on Ctrl-C or when the Lease is lost; its reason ends the run. */
  signal: AbortSignal;
}

/** What came of a run: a failure is a value here. */
export interface RunOutcome {
  steps: StepResult[];
  warnings: string[];
  /** Hosts that were taken out of the run. */
  failures: HostFailure[];
  /** The first failure, whatever failed because of it left out. */
  error: unknown;
}

/**
 * Runs each step as soon as those in its `after` are done, side by side where they can be. After a
 * failure or an abort nothing new starts, waits end, and what is running is awaited.
 */
export async function runSteps(run: Run): Promise<RunOutcome> {
  const session = new Session(run);
  await session.run();
  return session.outcome();
}

class Session {
  readonly #run: Run;
  readonly #stop = new AbortController();
  readonly #results: Map<StepId, StepResult>;
  readonly #warnings = new Set<string>();
  readonly #failures: HostFailure[] = [];
  #error: unknown;

  constructor(run: Run) {
    this.#run = run;
    this.#results = new Map(
      run.steps.map(({ id, title }) => [id, { id, title, state: "not-started", durationMs: 0 }]),
    );
  }

  async run(): Promise<void> {
    const { steps, signal } = this.#run;
    const onAbort = () => {
      this.#fail(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    for (const step of steps) this.#emit(step, "pending");
    const started = new Map<StepId, Promise<boolean>>();
    for (const step of inOrder(steps)) {
      const needs = step.after.flatMap((id) => started.get(id) ?? []);
      started.set(step.id, this.#afterAll(needs, step));
    }
    await Promise.all(started.values());
    signal.removeEventListener("abort", onAbort);
  }

  outcome(): RunOutcome {
    return {
      steps: this.#run.steps.flatMap(({ id }) => this.#results.get(id) ?? []),
      warnings: [...this.#warnings],
      failures: [...this.#failures],
      error: this.#error,
    };
  }

  async #afterAll(needs: readonly Promise<boolean>[], step: Step): Promise<boolean> {
    const ready = (await Promise.all(needs)).every(Boolean);
    if (!ready || this.#stop.signal.aborted) return false;
    return this.#perform(step);
  }

  async #perform(step: Step): Promise<boolean> {
    const startedAt = this.#now();
    const settle = (state: StepResult["state"], message?: string) => {
      const durationMs = this.#now() - startedAt;
      const { id, title } = step;
      this.#results.set(id, {
        id,
        title,
        state,
        durationMs,
        ...(message === undefined ? {} : { message }),
      });
    };
    this.#emit(step, "started");
    try {
      const { changed, message } = await this.#closeDifference(step);
      settle(changed ? "done" : "current", message);
      this.#emit(step, changed ? "done" : "current", message);
      return true;
    } catch (error) {
      const bySibling = this.#stop.signal.aborted && isAbortOf(error, this.#stop.signal);
      const message = error instanceof Error ? error.message : "unknown error";
      settle(bySibling ? "cancelled" : "failed", message);
      this.#emit(step, bySibling ? "cancelled" : "failed", message);
      this.#fail(error);
      return false;
    }
  }

  async #closeDifference(step: Step): Promise<{ changed: boolean; message?: string }> {
    const context = this.#contextOf(step);
    const attempt = async () => {
      const items = await inspectToApply(step, context, this.#run.lease);
      const differs = isOpen(items);
      if (differs) await step.apply?.(context);
      const message = await step.settle?.(context);
      const changed = differs || items.length === 0;
      return { changed, ...(message === undefined ? {} : { message }) };
    };
    return this.#retrying(step, attempt);
  }

  async #retrying<T>(step: Step, attempt: () => Promise<T>): Promise<T> {
    const patience = new Patience();
    for (;;) {
      const startedAt = this.#now();
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof UserError) || error.retry === undefined) throw error;
        // What would have been tried again did not fail: it was stopped.
        if (this.#stop.signal.aborted) throw this.#stop.signal.reason;
        const { code, retry } = error;
        const endedAt = this.#now();
        if (!patience.allows(code, retry, { endedAt, lastedMs: endedAt - startedAt })) throw error;
        this.#emit(step, "retrying", retry.reason);
        await this.#run.clock.sleep(retry.intervalMs, this.#stop.signal);
      }
    }
  }

  /** The plan's hosts are those that have not failed until now. */
  #planOfHostsLeft(): Plan {
    const { plan } = this.#run.context;
    const failed = new Set(this.#failures.map(({ host }) => host));
    return failed.size === 0
      ? plan
      : { ...plan, hosts: plan.hosts.filter((host) => !failed.has(host)) };
  }

  #isolation(step: Step): Pick<StepContext, "failHost" | "failures"> {
    if (this.#run.isolateHosts !== true) return {};
    return {
      failures: this.#failures,
      failHost: (host, error) => {
        this.#emit(step, "host-failed", `${host.host.hostname} failed: ${error.message}`);
        this.#failures.push({ host, error });
      },
    };
  }

  #contextOf(step: Step): StepContext {
    const planOfHostsLeft = () => this.#planOfHostsLeft();
    return {
      ...this.#run.context,
      get plan() {
        return planOfHostsLeft();
      },
      ...this.#isolation(step),
      report: (message) => {
        this.#emit(step, "progress", message);
      },
      warn: (message) => this.#warnings.add(message),
      signal: this.#run.signal,
      waiting: this.#stop.signal,
    };
  }

  #fail(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#error = error;
    this.#stop.abort(error ?? new Cancelled());
  }

  #emit({ id, title }: Step, phase: Phase, message?: string): void {
    this.#run.observer.onEvent({
      step: id,
      title,
      phase,
      at: this.#now(),
      ...(message === undefined ? {} : { message }),
    });
  }

  #now(): number {
    return this.#run.clock.now().getTime();
  }
}

/** A wait throws the stop's own reason; what ran a child may say in its own words that it ended. */
function isAbortOf(error: unknown, signal: AbortSignal): boolean {
  if (error === signal.reason || error instanceof Cancelled) return true;
  return error instanceof Error && error.name === "AbortError";
}

/** Steps sorted so that each comes behind those in its `after`; a cycle is a bug. */
export function inOrder(steps: readonly Step[]): Step[] {
  const ordered: Step[] = [];
  const open = [...steps];
  while (open.length > 0) {
    const index = open.findIndex(({ after }) => !open.some(({ id }) => after.includes(id)));
    const [next] = index < 0 ? [] : open.splice(index, 1);
    if (next === undefined)
      throw new Error(`steps form a cycle: ${open.map(({ id }) => id).join(", ")}`);
    ordered.push(next);
  }
  return ordered;
}
