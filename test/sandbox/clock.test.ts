import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { type Timeline, VirtualClock } from "../../src/sandbox/clock.ts";

/** A timeline whose own events are at the given times; each is noted when it happens. */
function newTimeline(events: number[] = [], told = new EventEmitter()) {
  const happened: string[] = [];
  let now = 0;
  const timeline: Timeline = {
    get now() {
      return now;
    },
    set now(time) {
      now = time;
    },
    nextEvent: () => events[0],
    runDue: () => {
      while (events[0] !== undefined && events[0] <= now) happened.push(`event ${events.shift()}`);
      told.emit("event");
    },
  };
  return { timeline, happened };
}

describe("the virtual clock", () => {
  test("an hour passes in a moment", async () => {
    const clock = new VirtualClock(newTimeline().timeline);
    const began = performance.now();
    await clock.sleep(3_600_000);
    expect(clock.now().getTime()).toBe(3_600_000);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  test("wakes sleepers in order of their times, with what happens between", async () => {
    const { timeline, happened } = newTimeline([1500]);
    const clock = new VirtualClock(timeline);
    const sleeps = [2000, 1000, 3000].map(async (ms) => {
      await clock.sleep(ms);
      happened.push(`woke ${ms} at ${clock.now().getTime()}`);
    });
    await Promise.all(sleeps);
    expect(happened).toEqual([
      "woke 1000 at 1000",
      "event 1500",
      "woke 2000 at 2000",
      "woke 3000 at 3000",
    ]);
  });

  test("what a woken sleeper does comes before the next jump", async () => {
    const clock = new VirtualClock(newTimeline().timeline);
    const seen: number[] = [];
    const busy = async () => {
      for (let count = 0; count < 5; count += 1) {
        await clock.sleep(10);
        seen.push(clock.now().getTime());
      }
    };
    await Promise.all([busy(), clock.sleep(1000)]);
    expect(seen).toEqual([10, 20, 30, 40, 50]);
  });

  test("stands still while nobody waits", async () => {
    const { timeline, happened } = newTimeline([10]);
    const clock = new VirtualClock(timeline);
    clock.touch();
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(clock.now().getTime()).toBe(0);
    expect(happened).toEqual([]);
  });

  test("goes on for one who watches, by events alone", async () => {
    const events = new EventEmitter();
    const { timeline, happened } = newTimeline([10, 20], events);
    const clock = new VirtualClock(timeline);
    const watched = new Promise<void>((resolve) => {
      events.on("event", () => {
        if (happened.length === 2) resolve();
      });
    });
    await clock.watch(watched);
    expect(clock.now().getTime()).toBe(20);
  });

  test("an aborted sleep ends with the signal's reason, and time does not run after it", async () => {
    const clock = new VirtualClock(newTimeline().timeline);
    const stop = new AbortController();
    const sleeping = clock.sleep(10_000, stop.signal);
    stop.abort(new Error("enough"));
    await expect(sleeping).rejects.toThrow("enough");
    await expect(clock.sleep(1, stop.signal)).rejects.toThrow("enough");
    expect(clock.now().getTime()).toBe(0);
  });

  test("what fails while time passes is told to every sleeper", async () => {
    const { timeline } = newTimeline([10]);
    timeline.runDue = () => {
      throw new Error("the disk is full");
    };
    const clock = new VirtualClock(timeline);
    const sleeps = [clock.sleep(20), clock.sleep(30)];
    for (const sleep of sleeps) await expect(sleep).rejects.toThrow("the disk is full");
  });
});
