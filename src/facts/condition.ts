import * as v from "valibot";
import { list, maybeNumber, maybeText, text } from "./schema.ts";

/** A condition, as every kind spells it. `reason` and `message` are empty when left out. */
const conditionSchema = v.object({
  type: text,
  status: v.fallback(v.picklist(["True", "False", "Unknown"]), "Unknown"),
  reason: text,
  message: text,
  observedGeneration: maybeNumber,
  /** ISO 8601. */
  lastTransitionTime: maybeText,
});

export type Condition = v.InferOutput<typeof conditionSchema>;

export const conditions = list(conditionSchema);

/** The condition of a type, if the object has it. */
export function findCondition(
  all: readonly Condition[],
  type: string,
): Condition | undefined {
  return all.find((condition) => condition.type === type);
}

/**
 * Whether a condition speaks about the object as it is now: an older `observedGeneration` means
 * that its controller has not looked yet. Kinds that never set one are taken as current.
 */
export function isCurrent(condition: Condition, generation: number | undefined): boolean {
  const { observedGeneration } = condition;
  if (observedGeneration === undefined || generation === undefined) return true;
  return observedGeneration >= generation;
}

/** Whether the object has this condition as `True`, and about its present generation. */
export function isTrue(
  all: readonly Condition[],
  type: string,
  generation: number | undefined,
): boolean {
  const condition = findCondition(all, type);
  return condition?.status === "True" && isCurrent(condition, generation);
}

/** `False/InvalidCertificateRef: the Secret is missing`, for people. */
export function describeCondition({ type, status, reason, message }: Condition): string {
  const why = [reason, message].filter((part) => part !== "").join(": ");
  return why === "" ? `${type}=${status}` : `${type}=${status}, ${why}`;
}
