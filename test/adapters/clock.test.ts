import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { createClock } from "../../src/adapters/clock.ts";

const clock = createClock();

test("tells the time of the machine", () => {
  const before = Date.now();
  const now = clock.now().getTime();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

test("sleeps for as long as asked, and leaves nothing on the signal", async () => {
  const { signal } = new AbortController();
  const before = performance.now();
  await clock.sleep(20, signal);
  // A timer may fire up to a millisecond early.
  expect(performance.now() - before).toBeGreaterThanOrEqual(19);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("wakes with the signal's reason, also when it aborted before", async () => {
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  const asleep = clock.sleep(3_600_000, controller.signal);
  controller.abort(reason);
  await expect(asleep).rejects.toBe(reason);
  await expect(clock.sleep(3_600_000, controller.signal)).rejects.toBe(reason);
});
