import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../ports/world.ts";

/** Where the virtual time is kept, and what happens in it besides sleeping. */
export interface Timeline {
  now: number;
  /** The next moment at which something happens by itself. */
  nextEvent(): number | undefined;
  /** Makes happen what is due at `now`. */
  runDue(): void;
}

interface Sleeper {
  at: number;
  wake: () => void;
  fail: (error: unknown) => void;
}

/** Turns of the event loop without a call of ours before time may jump. */
const CALM_TURNS = 2;
/** Files being read (lazy imports) hold time for so long at most, in real milliseconds. */
const MAX_HOLD_MS = 250;

/**
 * A clock on which time passes only while somebody waits and nothing real is running: then it
 * jumps to the next event, a sleeper's or a controller's.
 */
export class VirtualClock implements Clock {
  readonly #timeline: Timeline;
  readonly #sleepers = new Set<Sleeper>();
  #watchers = 0;
  #activity = 0;
  #pumping = false;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  now(): Date {
    return new Date(this.#timeline.now);
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.touch();
    await new Promise<void>((resolve, reject) => {
      const at = this.#timeline.now + Math.max(0, ms);
      const sleeper: Sleeper = { at, wake: resolve, fail: reject };
      const abort = (): void => {
        this.#sleepers.delete(sleeper);
        this.touch();
        // A signal's reason is whatever its owner chose; the port promises to pass it on.
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors
        reject(signal?.reason);
      };
      const end = (): void => {
        signal?.removeEventListener("abort", abort);
        this.#sleepers.delete(sleeper);
      };
      sleeper.wake = () => {
        end();
        resolve();
      };
      sleeper.fail = (error) => {
        end();
        reject(error);
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#sleepers.add(sleeper);
      this.#pump();
    });
    this.touch();
  }

  /** Something real happened: time waits until it is quiet again. */
  touch(): void {
    this.#activity += 1;
    this.#pump();
  }

  /** While `waiting` is open, time may pass for it although it does not sleep. */
  async watch<T>(waiting: Promise<T>): Promise<T> {
    this.#watchers += 1;
    this.#pump();
    try {
      return await waiting;
    } finally {
      this.#watchers -= 1;
      this.#activity += 1;
    }
  }

  #pump(): void {
    if (this.#pumping || !this.#awaited()) return;
    this.#pumping = true;
    void this.#run()
      .catch((error: unknown) => {
        this.#failAll(error);
      })
      .finally(() => {
        this.#pumping = false;
        // Somebody may have begun to wait after the last look, and found the pump still running.
        if (this.#next() !== undefined) this.#pump();
      });
  }

  /** What fails while time passes (the state cannot be written) is told to who waits. */
  #failAll(error: unknown): void {
    if (this.#sleepers.size === 0) throw error;
    for (const sleeper of this.#sleepers) sleeper.fail(error);
  }

  #awaited(): boolean {
    return this.#sleepers.size > 0 || this.#watchers > 0;
  }

  async #run(): Promise<void> {
    while (this.#awaited()) {
      await this.#calm();
      if (!this.#awaited()) return;
      const next = this.#next();
      if (next === undefined) return;
      this.#timeline.now = Math.max(this.#timeline.now, next);
      this.#timeline.runDue();
      for (const sleeper of this.#sleepers) {
        if (sleeper.at <= this.#timeline.now) sleeper.wake();
      }
    }
  }

  #next(): number | undefined {
    let next = this.#timeline.nextEvent() ?? Infinity;
    for (const { at } of this.#sleepers) next = Math.min(next, at);
    return next === Infinity ? undefined : next;
  }

  async #calm(): Promise<void> {
    const holdUntil = Date.now() + MAX_HOLD_MS;
    let seen = this.#activity;
    for (let calm = 0; calm < CALM_TURNS;) {
      await turn();
      const quiet = seen === this.#activity && !(isReading() && Date.now() < holdUntil);
      calm = quiet ? calm + 1 : 0;
      seen = this.#activity;
    }
  }
}

/** A lazily imported module is on its way: its importer is not waiting for virtual time. */
function isReading(): boolean {
  return process.getActiveResourcesInfo().some((resource) => resource.startsWith("FSReq"));
}
