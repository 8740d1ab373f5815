import type { KubernetesObject } from "../ports/kubernetes.ts";
import { at, type Fields, fields, list, text } from "./fields.ts";
import type { Simulation } from "./simulation.ts";

/** A condition before the generation and the time are put to it. */
export interface NewCondition {
  type: string;
  status: "True" | "False" | "Unknown";
  reason: string;
  message: string;
}

export function findCondition(object: unknown, type: string): Fields | undefined {
  return list(at(object, "status", "conditions")).find((one) => one["type"] === type);
}

/** `False`, `Unknown` and absent are all no. */
export function isTrue(object: unknown, type: string): boolean {
  return findCondition(object, type)?.["status"] === "True";
}

/** `wanted` as conditions of this generation; a status that stays keeps its transition time. */
export function conditions(
  simulation: Simulation,
  before: readonly Fields[],
  wanted: readonly NewCondition[],
  generation: number | undefined,
): Fields[] {
  return wanted.map((condition) => {
    const old = before.find(({ type }) => type === condition.type);
    const kept = old?.["status"] === condition.status ? text(old["lastTransitionTime"]) : "";
    const lastTransitionTime = kept === "" ? simulation.store.timestamp() : kept;
    return { ...condition, observedGeneration: generation ?? 1, lastTransitionTime };
  });
}

/** Sets conditions beside what else the status holds. */
export function setConditions(
  simulation: Simulation,
  object: KubernetesObject,
  wanted: readonly NewCondition[],
  more: Fields = {},
): KubernetesObject {
  const before = list(at(object, "status", "conditions"));
  const named = new Set(wanted.map(({ type }) => type));
  const others = before.filter(({ type }) => !named.has(text(type)));
  const told = conditions(simulation, before, wanted, object.metadata.generation);
  return simulation.store.setStatus(object, {
    ...fields(object["status"]),
    ...more,
    conditions: [...others, ...told],
  });
}
