import * as v from "valibot";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { list, maybeNumber, maybeText, part, text } from "./schema.ts";

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

/** A condition of any kind; a status that is none of the three is `Unknown`. */
export type Condition = v.InferOutput<typeof conditionSchema>;

/** For the schemas of kinds that have some; empty where there are none. */
export const conditions = list(conditionSchema);

/** Conditions themselves, a status that has them, or an object with `status.conditions`. */
export type ConditionSource =
  | readonly Condition[]
  | { conditions: readonly Condition[] }
  | KubernetesObject
  | undefined;

/** The condition of a type, if there is one. */
export function findCondition(source: ConditionSource, type: string): Condition | undefined {
  return conditionsOf(source).find((condition) => condition.type === type);
}

function conditionsOf(source: ConditionSource): readonly Condition[] {
  if (source === undefined) return [];
  if (isObject(source)) return v.parse(objectSchema, source).status.conditions;
  return "conditions" in source ? source.conditions : source;
}

const objectSchema = v.object({ status: part({ conditions }) });

function isObject(source: Exclude<ConditionSource, undefined>): source is KubernetesObject {
  return "metadata" in source;
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
  source: ConditionSource,
  type: string,
  generation: number | undefined,
): boolean {
  const condition = findCondition(source, type);
  return condition?.status === "True" && isCurrent(condition, generation);
}

/** `False/InvalidCertificateRef: the Secret is missing`, for people. */
export function describeCondition({ type, status, reason, message }: Condition): string {
  const why = [reason, message].filter((part) => part !== "").join(": ");
  return why === "" ? `${type}=${status}` : `${type}=${status}, ${why}`;
}
