import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../../src/ports/world.ts";

/** A clock whose time jumps to the next sleeper as soon as nothing else is running. */
export class FakeClock implements Clock {
  #now: number;
  readonly #sleepers = new Set<{ at: number; wake: () => void }>();
  #pumping = false;

  constructor(startAt = "2026-01-01T00:00:00Z") {
    this.#now = Date.parse(startAt);
  }

  now(): Date {
    return new Date(this.#now);
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const sleeper = {
        at: this.#now + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener("abort", abort);
          resolve();
        },
      };
      const abort = () => {
        this.#sleepers.delete(sleeper);
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the port's contract
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", abort);
      this.#sleepers.add(sleeper);
      void this.#pump();
    });
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#sleepers.size > 0) {
      for (let turns = 0; turns < 5; turns += 1) await turn();
      const due = [...this.#sleepers].toSorted((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#now = Math.max(this.#now, due.at);
      due.wake();
    }
    this.#pumping = false;
  }
}
