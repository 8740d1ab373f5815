import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/runner/event.ts";
import { createPlainObserver } from "../../src/ui/plain.ts";

const NOON = Date.parse("2026-11-24T12:00:00Z");
const zone = process.env["TZ"];

beforeAll(() => {
  process.env["TZ"] = "UTC";
});
afterAll(() => {
  if (zone === undefined) delete process.env["TZ"];
  else process.env["TZ"] = zone;
});

function createRun() {
  const lines: string[] = [];
  let at = NOON;
  let tick: () => void = () => {};
  let stopped = false;
  const observer = createPlainObserver({
    stderr: { write: (text) => lines.push(text) },
    now: () => at,
    every: (_ms, callback) => {
      tick = callback;
      return () => {
        stopped = true;
      };
    },
  });
  return {
    observer,
    lines,
    isStopped: () => stopped,
    pass: (seconds: number) => {
      at += seconds * 1000;
      tick();
    },
    tell: (phase: RunEvent["phase"], message?: string) => {
      observer.onEvent({
        step: "load-balancer",
        title: "Load balancer",
        phase,
        at,
        ...(message === undefined ? {} : { message }),
      });
    },
  };
}

describe("plain lines", () => {
  it("tell each thing once, with its time and step", () => {
    const run = createRun();
    run.tell("pending");
    run.tell("started");
    run.pass(3);
    run.tell("progress", "no address yet");
    run.tell("progress", "no address yet");
    run.pass(61);
    run.tell("done", "k8s.elb.amazonaws.com");
    expect(run.lines.join("")).toBe(
      [
        "12:00:00 [load-balancer] Load balancer",
        "12:00:03 [load-balancer] waiting: no address yet",
        "12:01:04 [load-balancer] waiting: no address yet (1:04)",
        "12:01:04 [load-balancer] done: k8s.elb.amazonaws.com (1:04)",
        "",
      ].join("\n"),
    );
  });

  it("repeat a reason after 30 seconds, not before, and not once it ended", () => {
    const run = createRun();
    run.tell("started");
    run.tell("progress", "no address yet");
    run.pass(29);
    expect(run.lines).toHaveLength(2);
    run.pass(1);
    expect(run.lines[2]).toBe("12:00:30 [load-balancer] waiting: no address yet (0:30)\n");
    run.tell("failed", "it took too long");
    run.pass(60);
    expect(run.lines).toHaveLength(4);
  });

  it("hold no escape codes and no line ends of others", () => {
    const run = createRun();
    run.tell("started");
    run.tell("progress", "\u001B[31mred\u001B[0m\nand more");
    expect(run.lines[1]).toBe("12:00:00 [load-balancer] waiting: red and more\n");
  });

  it.each([
    ["current", undefined, "unchanged"],
    ["retrying", "waiting for IAM", "trying again: waiting for IAM"],
    ["cancelled", "Stopped by Ctrl-C.", "cancelled: Stopped by Ctrl-C."],
  ] as const)("say %s in words", (phase, message, text) => {
    const run = createRun();
    run.tell("started");
    run.tell(phase, message);
    expect(run.lines[1]).toBe(`12:00:00 [load-balancer] ${text}\n`);
  });

  it("end with their timer", async () => {
    const run = createRun();
    await run.observer.finish();
    expect(run.isStopped()).toBe(true);
  });
});
