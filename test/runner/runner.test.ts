import { describe, expect, it } from "vitest";
import { Cancelled, UserError } from "../../src/errors.ts";
import type { RunEvent } from "../../src/runner/event.ts";
import { inOrder, type RunOutcome, runSteps } from "../../src/runner/runner.ts";
import type { Step, StepContext } from "../../src/steps/step.ts";
import type { StepId } from "../../src/plan/step-id.ts";
import { FakeClock } from "../support/fake-clock.ts";

type Part = Partial<Step> & Pick<Step, "id">;

function step(part: Part): Step {
  return { title: part.id, after: [], inspect: async () => [item(part.id, "create")], ...part };
}

const item = (id: StepId, intent: "create" | "keep" | "foreign") =>
  ({ step: id, kind: "Thing", name: id, intent }) as const;

/** These steps never look at the plan or the world. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const noContext = {} as Omit<StepContext, "report" | "warn" | "signal" | "waiting">;

async function run(
  steps: Step[],
  { signal = new AbortController().signal, clock = new FakeClock() } = {},
): Promise<RunOutcome & { events: string[] }> {
  const events: string[] = [];
  const observer = {
    onEvent: ({ step: id, phase, message }: RunEvent) => {
      if (phase !== "pending") events.push([id, phase, message].filter(Boolean).join(" "));
    },
    finish: async () => undefined,
  };
  const outcome = await runSteps({ steps, context: noContext, clock, observer, signal });
  return { ...outcome, events };
}

describe("order", () => {
  it("puts each step behind those it comes after", () => {
    const steps = [
      step({ id: "gateway", after: ["gateway-controller"] }),
      step({ id: "gateway-controller", after: ["gateway-api-crds"] }),
      step({ id: "gateway-api-crds" }),
    ];
    expect(inOrder(steps).map(({ id }) => id)).toEqual([
      "gateway-api-crds",
      "gateway-controller",
      "gateway",
    ]);
  });

  it("refuses a cycle as a bug", () => {
    const steps = [
      step({ id: "gateway", after: ["routes"] }),
      step({ id: "routes", after: ["gateway"] }),
    ];
    expect(() => inOrder(steps)).toThrow("cycle: gateway, routes");
  });

  it("runs steps that do not need each other side by side", async () => {
    const clock = new FakeClock();
    const slow = { apply: () => clock.sleep(60_000) };
    await run([step({ id: "external-dns", ...slow }), step({ id: "cert-manager", ...slow })], {
      clock,
    });
    expect(clock.now().toISOString()).toBe("2026-01-01T00:01:00.000Z");
  });
});

describe("a step", () => {
  it("is not applied when all its items are kept, but still settles", async () => {
    const calls: string[] = [];
    const { steps, events } = await run([
      step({
        id: "gateway",
        inspect: async () => [item("gateway", "keep")],
        apply: async () => void calls.push("apply"),
        settle: async () => "as it was",
      }),
    ]);
    expect(calls).toEqual([]);
    expect(steps).toMatchObject([{ state: "current", message: "as it was" }]);
    expect(events).toEqual(["gateway started", "gateway current as it was"]);
  });

  it("stops the run when something is not ours", async () => {
    const { error, steps } = await run([
      step({
        id: "gateway",
        inspect: async () => [{ ...item("gateway", "foreign"), owner: "helm" }],
      }),
      step({ id: "routes", after: ["gateway"] }),
    ]);
    expect(error).toMatchObject({
      code: "GT-FOREIGN-OBJECT",
      message: expect.stringContaining("helm"),
    });
    expect(steps.map(({ state }) => state)).toEqual(["failed", "not-started"]);
  });
});

describe("a failure that passes", () => {
  const passing = (limitMs: number) =>
    new UserError("GT-IAM-PENDING", "Role does not exist yet.", {
      retry: { limitMs, intervalMs: 5000, reason: "waiting for IAM" },
    });

  it("is tried again, inspection included, with its reason shown", async () => {
    let tries = 0;
    const { error, events } = await run([
      step({
        id: "external-dns-identity",
        apply: async () => {
          tries += 1;
          if (tries < 3) throw passing(60_000);
        },
      }),
    ]);
    expect(error).toBeUndefined();
    expect(events.filter((event) => event.includes("retrying waiting for IAM"))).toHaveLength(2);
  });

  it("ends the run when its time is up, with the failure itself", async () => {
    const clock = new FakeClock();
    const { error } = await run(
      [step({ id: "external-dns-identity", apply: () => Promise.reject(passing(20_000)) })],
      { clock },
    );
    expect(error).toMatchObject({ code: "GT-IAM-PENDING" });
    expect(clock.now().toISOString()).toBe("2026-01-01T00:00:20.000Z");
  });
});

describe("an end before the end", () => {
  it("ends the waits of others, lets what writes finish, and starts nothing new", async () => {
    const clock = new FakeClock();
    const finished: string[] = [];
    const { steps, error } = await run(
      [
        step({ id: "cert-manager", apply: () => Promise.reject(new UserError("GT-X", "no")) }),
        step({
          id: "external-dns",
          apply: async () => {
            await clock.sleep(1000);
            finished.push("helm");
          },
        }),
        step({
          id: "load-balancer",
          settle: async ({ waiting }) => clock.sleep(600_000, waiting).then(() => ""),
        }),
        step({ id: "issuers", after: ["cert-manager"] }),
      ],
      { clock },
    );
    expect(error).toMatchObject({ code: "GT-X" });
    expect(finished).toEqual(["helm"]);
    expect(Object.fromEntries(steps.map(({ id, state }) => [id, state]))).toEqual({
      "cert-manager": "failed",
      "external-dns": "done",
      "load-balancer": "cancelled",
      issuers: "not-started",
    });
  });

  it("is Ctrl-C's own: every running step is cancelled and the reason is the error", async () => {
    const clock = new FakeClock();
    const ctrlC = new AbortController();
    const { error, steps } = await run(
      [
        step({
          id: "load-balancer",
          settle: async ({ waiting }) => {
            ctrlC.abort(new Cancelled());
            await clock.sleep(1000, waiting);
            return "";
          },
        }),
        step({ id: "dns-record", after: ["load-balancer"] }),
      ],
      { clock, signal: ctrlC.signal },
    );
    expect(error).toBeInstanceOf(Cancelled);
    expect(steps.map(({ state }) => state)).toEqual(["cancelled", "not-started"]);
  });

  it("cancels a step that would have tried again", async () => {
    const ctrlC = new AbortController();
    const apply = async () => {
      ctrlC.abort(new Cancelled());
      throw new UserError("GT-AWS-THROTTLED", "AWS is slow.", {
        retry: { limitMs: 60_000, intervalMs: 1_000, reason: "AWS is slow" },
      });
    };
    const { steps } = await run([step({ id: "cert-manager", apply })], { signal: ctrlC.signal });
    expect(steps.map(({ state }) => state)).toEqual(["cancelled"]);
  });

  it("is told so too by a step whose child ended on Ctrl-C", async () => {
    const ctrlC = new AbortController();
    const apply = async () => {
      ctrlC.abort(new Cancelled());
      throw new Cancelled("helm was stopped by Ctrl-C.");
    };
    const { steps } = await run([step({ id: "cert-manager", apply })], { signal: ctrlC.signal });
    expect(steps.map(({ state }) => state)).toEqual(["cancelled"]);
  });
});

describe("warnings", () => {
  it("are collected once each", async () => {
    const warn = async ({ warn }: StepContext) => {
      warn("port 53 is blocked");
      return undefined;
    };
    const { warnings } = await run([
      step({ id: "dns-record", settle: warn }),
      step({ id: "rehearsal", settle: warn }),
    ]);
    expect(warnings).toEqual(["port 53 is blocked"]);
  });
});
