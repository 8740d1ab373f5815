import type { Observer, Phase, RunEvent } from "../runner/event.ts";
import type { StepId } from "../plan/step-id.ts";
import { formatElapsed, toOneLine } from "./text.ts";

export interface PlainOptions {
  stderr: { write(text: string): unknown };
  /** Milliseconds on the world's clock: when a repeated line is written. */
  now: () => number;
  /** Calls back again and again until the returned function is called; a timer by default. */
  every?: (ms: number, tick: () => void) => () => void;
}

interface Waiting {
  event: RunEvent;
  startedAt: number;
  shownAt: number;
}

const REPEAT_MS = 30_000;

/**
 * One timestamped line for each thing that happens; a wait says its reason when it changed, and
 * again every 30 seconds. No escape codes.
 */
export function createPlainObserver(options: PlainOptions): Observer {
  const { stderr, now, every = everyWithTimer } = options;
  const waits = new Map<StepId, Waiting>();
  const print = (at: number, step: StepId, text: string) => {
    stderr.write(`${formatTime(at)} [${step}] ${toOneLine(text)}\n`);
  };
  const repeat = () => {
    for (const wait of waits.values()) {
      const at = now();
      const { event, startedAt, shownAt } = wait;
      if (event.message === undefined || at - shownAt < REPEAT_MS) continue;
      wait.shownAt = at;
      print(at, event.step, `waiting: ${event.message} (${formatElapsed(at - startedAt)})`);
    }
  };
  const stop = every(1000, repeat);
  return {
    onEvent(event) {
      const { step, phase, at } = event;
      if (phase === "pending") return;
      if (phase === "host-failed") return print(at, step, describe(event, 0));
      const wait = waits.get(step);
      const startedAt = wait?.startedAt ?? at;
      const changed = event.message !== wait?.event.message;
      const goesOn = phase === "progress" || phase === "retrying" || phase === "started";
      if (goesOn && !changed && wait !== undefined && at - wait.shownAt < REPEAT_MS) return;
      if (goesOn) waits.set(step, { event, startedAt, shownAt: at });
      else waits.delete(step);
      print(at, step, describe(event, at - startedAt));
    },
    async finish() {
      stop();
    },
  };
}

function describe({ title, phase, message }: RunEvent, elapsedMs: number): string {
  const said = message === undefined ? "" : `: ${message}`;
  const took = elapsedMs < 1000 ? "" : ` (${formatElapsed(elapsedMs)})`;
  const texts: Record<Phase, string> = {
    pending: title,
    started: title,
    progress: `waiting${said}`,
    retrying: `trying again${said}`,
    "host-failed": message ?? "a host failed",
    done: `done${said}${took}`,
    current: `unchanged${said}`,
    failed: `failed${said}${took}`,
    cancelled: `cancelled${said}`,
  };
  return texts[phase];
}

/** Hours, minutes and seconds where the reader is. */
function formatTime(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

function everyWithTimer(ms: number, tick: () => void): () => void {
  const timer = setInterval(tick, ms);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
