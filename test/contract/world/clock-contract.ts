import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import type { Clock } from "../../../src/ports/world.ts";

/** A timer may fire up to a millisecond early. */
const EARLY_MS = 1;

/** What every Clock does, the machine's and the sandbox's. */
export function describeClock(title: string, make: () => Promise<Clock>): void {
  describe(`Clock: ${title}`, () => {
    test("a sleep takes as long as asked, by the clock itself", async () => {
      const clock = await make();
      const before = clock.now().getTime();
      await clock.sleep(20);
      expect(clock.now().getTime() - before).toBeGreaterThanOrEqual(20 - EARLY_MS);
    });

    test("sleepers wake in the order of their times", async () => {
      const clock = await make();
      const woken: number[] = [];
      const sleep = async (ms: number) => {
        await clock.sleep(ms);
        woken.push(ms);
      };
      await Promise.all([sleep(40), sleep(1), sleep(20)]);
      expect(woken).toEqual([1, 20, 40]);
    });

    test.each([0, -5])("a sleep of %i ms ends", async (ms) => {
      await expect((await make()).sleep(ms)).resolves.toBeUndefined();
    });

    test("an abort ends a sleep with the signal's own reason", async () => {
      const clock = await make();
      const controller = new AbortController();
      const reason = new Error("Ctrl-C");
      const asleep = clock.sleep(3_600_000, controller.signal);
      controller.abort(reason);
      await expect(asleep).rejects.toBe(reason);
    });

    test("a sleep does not begin once the signal is aborted", async () => {
      const clock = await make();
      const before = clock.now().getTime();
      const reason = new Error("Ctrl-C");
      await expect(clock.sleep(3_600_000, AbortSignal.abort(reason))).rejects.toBe(reason);
      expect(clock.now().getTime() - before).toBeLessThan(60_000);
    });

    test("an abort of one sleeper does not wake another", async () => {
      const clock = await make();
      const controller = new AbortController();
      const before = clock.now().getTime();
      const other = clock.sleep(20);
      const asleep = clock.sleep(10, controller.signal);
      controller.abort(new Error("Ctrl-C"));
      await expect(asleep).rejects.toThrow("Ctrl-C");
      await other;
      expect(clock.now().getTime() - before).toBeGreaterThanOrEqual(20 - EARLY_MS);
    });

    test("an ended sleep leaves nothing on the signal", async () => {
      const { signal } = new AbortController();
      await (await make()).sleep(5, signal);
      expect(getEventListeners(signal, "abort")).toEqual([]);
    });

    test("a moment that was handed out does not change", async () => {
      const clock = await make();
      const moment = clock.now();
      const before = moment.getTime();
      await clock.sleep(5);
      expect(moment.getTime()).toBe(before);
    });
  });
}
