import type { Retry } from "../errors.ts";

/** A failure that comes back after progress has its whole time again so often, and no more. */
const FRESH_STARTS = 3;

interface Trouble {
  until: number;
  freshStarts: number;
}

/** How long failures that pass are met with another try: each code for the time that it asks for. */
export class Patience {
  readonly #troubles = new Map<string, Trouble>();

  /**
   * Whether there is time for one more try. An attempt that was still going when the time was up
   * got further than the failure before it, so that its own failure is a new one.
   */
  allows(code: string, { limitMs, intervalMs }: Retry, attempt: Attempt): boolean {
    const known = this.#troubles.get(code);
    const gotFurther = known !== undefined && attempt.lastedMs > limitMs;
    const freshStarts = (known?.freshStarts ?? 0) + (gotFurther ? 1 : 0);
    const isNew = known === undefined || (gotFurther && freshStarts <= FRESH_STARTS);
    const until = isNew ? attempt.endedAt + limitMs : known.until;
    this.#troubles.set(code, { until, freshStarts });
    return attempt.endedAt + intervalMs <= until;
  }
}

/** One try of a step: when it failed, in milliseconds, and how long it went. */
export interface Attempt {
  endedAt: number;
  lastedMs: number;
}
