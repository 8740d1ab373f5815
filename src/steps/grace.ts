import type { StepContext } from "./step.ts";

/** How long the others wait for those that are late: twice what a record or an order takes. */
const GRACE_MS = 120_000;

/**
 * Hosts that are worked on side by side: once the first is done, those that make no progress for a
 * while are late, and the run goes on without them. Only where hosts are isolated.
 */
export class Grace {
  readonly #context: StepContext;
  #lastDoneAt: number | undefined;

  constructor(context: StepContext) {
    this.#context = context;
  }

  noteDone(): void {
    this.#lastDoneAt = this.#context.world.clock.now().getTime();
  }

  /** For `Wait.endsAt`. */
  readonly endsAt = (): number | undefined => {
    const isIsolated = this.#context.failHost !== undefined;
    if (!isIsolated || this.#lastDoneAt === undefined) return undefined;
    return this.#lastDoneAt + GRACE_MS;
  };
}
