import { type Fields, text } from "../../../src/sandbox/fields.ts";

export interface Condition {
  type: string;
  status: "True" | "False";
  reason: string;
  message: string;
}

export const good = (type: string, reason: string, message: string): Condition => ({
  type,
  status: "True",
  reason,
  message,
});

export const bad = (type: string, reason: string, message: string): Condition => ({
  type,
  status: "False",
  reason,
  message,
});

/** As the status holds them: of this generation; one that stays keeps its transition time. */
export function stamp(
  before: readonly Fields[],
  wanted: readonly Condition[],
  generation: number | undefined,
): Fields[] {
  return wanted.map((condition) => {
    const old = before.find(({ type }) => type === condition.type);
    const kept = old?.["status"] === condition.status ? text(old["lastTransitionTime"]) : "";
    const lastTransitionTime = kept || new Date().toISOString().replace(/\.\d+Z$/, "Z");
    return { ...condition, observedGeneration: generation ?? 1, lastTransitionTime };
  });
}
