import { cpus } from "node:os";
import { pause } from "../test/lab/process.ts";

/** The share of the processors that may be busy before a measurement starts. */
const BUSY = 0.3;
const WINDOW_MS = 1000;
const LIMIT_MS = 30_000;

/** Waits until the machine has little else to do; goes on anyway after half a minute. */
export async function waitForQuiet(): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  do {
    const before = readTimes();
    await pause(WINDOW_MS);
    const after = readTimes();
    const idle = (after.idle - before.idle) / (after.all - before.all);
    if (1 - idle < BUSY) return;
  } while (Date.now() < deadline);
}

function readTimes(): { idle: number; all: number } {
  const times = cpus().map((processor) => processor.times);
  return {
    idle: sum(times.map(({ idle }) => idle)),
    all: sum(times.flatMap((one) => Object.values(one))),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
