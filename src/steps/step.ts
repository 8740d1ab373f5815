import type { RunOptions } from "../config/config.ts";
import type { UserError } from "../errors.ts";
import type { DesiredHost, Plan, PlanItem } from "../plan/plan.ts";
import type { StepId } from "../plan/step-id.ts";
import type { ConnectedWorld } from "../ports/world.ts";

/** A host that the run goes on without. */
export interface HostFailure {
  host: DesiredHost;
  error: UserError;
}

/** What a step may use and tell; what several steps share takes a `Pick` of it. */
export interface StepContext {
  /** In a run that isolates its hosts, without those that have failed. */
  plan: Plan;
  world: ConnectedWorld;
  options: Pick<RunOptions, "skipRehearsal" | "timeoutSeconds" | "deleteCrds">;
  /** Shows what is being waited for, with its last reason. */
  report: (message: string) => void;
  /** Told once, at the end of the run: what could not be seen, or was left undone. */
  warn: (message: string) => void;
  /** Takes a host out of the run; absent where one host's failure ends the run. */
  failHost?: (host: DesiredHost, error: UserError) => void;
  /** The hosts that were taken out until now. */
  failures?: readonly HostFailure[];
  /** Aborts on Ctrl-C: children get one SIGINT. */
  signal: AbortSignal;
  /** Aborts on Ctrl-C and also when another step failed: waits end, children finish. */
  waiting: AbortSignal;
}

/**
 * One part of the bring-up. `inspect` reads only, and answers one item per thing the step makes
 * (none for a step that only waits). `apply` closes the difference, can be repeated, and writes
 * nothing the second time; it is left out when every item is kept. `settle` runs always: it waits
 * until the part works, writes nothing, and returns what the finished line shows. Steps share no
 * mutable state.
 */
export interface Step {
  id: StepId;
  title: string;
  after: readonly StepId[];
  inspect: (context: StepContext) => Promise<PlanItem[]>;
  apply?: (context: StepContext) => Promise<void>;
  settle?: (context: StepContext) => Promise<string | undefined>;
}
