import { describe, expect, it } from "vitest";
import { Patience } from "../../src/runner/patience.ts";

const retry = (limitMs: number) => ({ limitMs, intervalMs: 5000, reason: "waiting" });

/** Seconds at which an attempt failed and how long it had gone, as milliseconds. */
const attempt = (endedAt: number, lasted: number) => ({
  endedAt: endedAt * 1000,
  lastedMs: lasted * 1000,
});

describe("the patience with failures that pass", () => {
  it("ends when the time that the failure asks for is over", () => {
    const patience = new Patience();
    const seen = [0, 5, 10, 15, 20].map((at) =>
      patience.allows("GT-IAM-PENDING", retry(20_000), attempt(at, 0)),
    );
    expect(seen).toEqual([true, true, true, true, false]);
  });

  it("begins anew with a failure after an attempt that got further", () => {
    const patience = new Patience();
    patience.allows("GT-AWS-THROTTLED", retry(120_000), attempt(0, 0));
    expect(patience.allows("GT-AWS-THROTTLED", retry(120_000), attempt(305, 300))).toBe(true);
  });

  it("is not used up by another failure", () => {
    const patience = new Patience();
    patience.allows("GT-CONFLICT", retry(10_000), attempt(0, 0));
    expect(patience.allows("GT-WEBHOOK-STARTING", retry(120_000), attempt(60, 0))).toBe(true);
  });

  it("ends all the same when each attempt takes long and none succeeds", () => {
    const patience = new Patience();
    const ends = [300, 605, 910, 1215, 1520, 1825];
    const seen = ends.map((at) => patience.allows("GT-X", retry(120_000), attempt(at, 300)));
    expect(seen).toEqual([true, true, true, true, false, false]);
  });
});
