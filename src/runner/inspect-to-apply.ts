import { UserError } from "../errors.ts";
import type { PlanItem } from "../plan/plan.ts";
import type { Step, StepContext } from "../steps/step.ts";
import type { RunLease } from "./run-lease.ts";

/**
 * What a step would do, seen under the Lease where it would do something: what was seen before the
 * Lease was taken may have been another run's, in the middle of it, and is looked at again. Throws
 * `GT-FOREIGN-OBJECT`, and what the Lease is refused with.
 */
export async function inspectToApply(
  step: Step,
  context: StepContext,
  lease: Pick<RunLease, "isHeld" | "take"> | undefined,
): Promise<PlanItem[]> {
  const isOwn = lease === undefined || lease.isHeld || step.apply === undefined;
  const items = await inspectOwn(step, context);
  if (isOwn || !isOpen(items)) return items;
  await lease.take(context);
  return inspectOwn(step, context);
}

/** Whether there is something to do. */
export function isOpen(items: readonly PlanItem[]): boolean {
  return items.some(({ intent }) => intent !== "keep");
}

async function inspectOwn(step: Step, context: StepContext): Promise<PlanItem[]> {
  const items = await step.inspect(context);
  const foreign = items.find(({ intent }) => intent === "foreign");
  if (foreign === undefined) return items;
  const { kind, name, owner } = foreign;
  throw new UserError(
    "GT-FOREIGN-OBJECT",
    `${kind} ${name} exists and is not ours${owner === undefined ? "" : `: it belongs to ${owner}`}.`,
    {
      hint: "Rename or remove it if nobody needs it; gateway-tls never changes what it did not make.",
    },
  );
}
