import { describe, expect, it } from "vitest";
import type { PlanItem } from "../../src/plan/plan.ts";
import { inspectToApply } from "../../src/runner/inspect-to-apply.ts";
import type { Step, StepContext } from "../../src/steps/step.ts";

// This step never looks at it.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const context = {} as StepContext;

/** A step, and a run's Lease; `items` are told of whether it is held. */
function begin(isHeldBefore: boolean, items: (isHeld: boolean) => PlanItem["intent"]) {
  const calls: string[] = [];
  const lease = {
    isHeld: isHeldBefore,
    take: async () => {
      calls.push("take");
      lease.isHeld = true;
    },
  };
  const step: Step = {
    id: "gateway",
    title: "Gateway",
    after: [],
    inspect: async () => {
      calls.push("inspect");
      return [{ step: "gateway", kind: "Gateway", name: "edge", intent: items(lease.isHeld) }];
    },
    apply: async () => undefined,
  };
  return { calls, lease, step };
}

const intentsOf = (items: readonly PlanItem[]) => items.map(({ intent }) => intent);

describe("a step that would write before the run has its Lease", () => {
  it("is looked at again once it has: what it saw may be in the middle of another run", async () => {
    const { calls, lease, step } = begin(false, (isHeld) => (isHeld ? "keep" : "update"));
    expect(intentsOf(await inspectToApply(step, context, lease))).toEqual(["keep"]);
    expect(calls).toEqual(["inspect", "take", "inspect"]);
  });

  it("is refused when what it then sees is not ours", async () => {
    const { lease, step } = begin(false, (isHeld) => (isHeld ? "foreign" : "create"));
    await expect(inspectToApply(step, context, lease)).rejects.toMatchObject({
      code: "GT-FOREIGN-OBJECT",
    });
  });
});

describe("a step is looked at once, and takes no Lease", () => {
  it("when it has nothing to do", async () => {
    const { calls, lease, step } = begin(false, () => "keep");
    expect(intentsOf(await inspectToApply(step, context, lease))).toEqual(["keep"]);
    expect(calls).toEqual(["inspect"]);
  });

  it("when the run has it", async () => {
    const { calls, lease, step } = begin(true, () => "update");
    expect(intentsOf(await inspectToApply(step, context, lease))).toEqual(["update"]);
    expect(calls).toEqual(["inspect"]);
  });
});
