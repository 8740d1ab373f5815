import { findKind, type ResourceKind } from "../kinds.ts";
import { compareObject } from "../plan/compare.ts";
import type { PlanItem } from "../plan/plan.ts";
import type { KubernetesObject, ObjectRef } from "../ports/kubernetes.ts";
import type { StepContext } from "./step.ts";
import type { StepId } from "../plan/step-id.ts";

/** Compares objects with what the cluster has, side by side; one item each, in order. */
export async function inspectObjects(
  context: Pick<StepContext, "world">,
  step: StepId,
  desired: readonly KubernetesObject[],
): Promise<PlanItem[]> {
  return Promise.all(
    desired.map(async (object) => {
      const { name, namespace } = object.metadata;
      const live = await context.world.kubernetes.get({
        kind: kindOf(object),
        name,
        ...(namespace === undefined ? {} : { namespace }),
      });
      return {
        step,
        kind: object.kind,
        name: namespace === undefined ? name : `${namespace}/${name}`,
        document: object,
        ...compareObject(object, live),
      };
    }),
  );
}

/** Applies those that are absent or differ, in one call, in the order given. */
export async function applyDifferent(
  context: Pick<StepContext, "world">,
  step: StepId,
  desired: readonly KubernetesObject[],
): Promise<void> {
  const items = await inspectObjects(context, step, desired);
  const different = desired.filter((_, index) => {
    const intent = items[index]?.intent;
    return intent === "create" || intent === "update";
  });
  if (different.length > 0) await context.world.kubernetes.apply(different);
}

/** The kind's address; an object of a kind that `kinds.ts` does not list is a bug. */
function kindOf(object: KubernetesObject): ResourceKind {
  const kind = findKind(object);
  if (kind === undefined) throw new Error(`${object.apiVersion} ${object.kind} is not in kinds.ts`);
  return kind;
}

/** How the object is addressed. */
export function refOf(object: KubernetesObject): ObjectRef {
  const { name, namespace } = object.metadata;
  return { kind: kindOf(object), name, ...(namespace === undefined ? {} : { namespace }) };
}

/**
 * The namespace of a part that others may have made before us: used as it is when it exists, so
 * it is compared by existence only.
 */
export async function inspectNamespace(
  context: Pick<StepContext, "world">,
  step: StepId,
  namespace: KubernetesObject,
): Promise<PlanItem> {
  const [item] = await inspectObjects(context, step, [namespace]);
  if (item === undefined) throw new Error("one object gives one item");
  const { fields: _, ...rest } = item;
  return item.intent === "create" ? item : { ...rest, intent: "keep" };
}
