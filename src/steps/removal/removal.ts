import type { ResourceKind } from "../../kinds.ts";
import type { PlanItem } from "../../plan/plan.ts";
import type { KubernetesObject, ObjectRef } from "../../ports/kubernetes.ts";
import { isOurs } from "../../facts/ownership.ts";
import { MANAGED_BY } from "../../plan/manifest.ts";
import { refOf } from "../objects.ts";
import type { StepContext } from "../step.ts";
import type { StepId } from "../../plan/step-id.ts";
import { waitForObjects } from "../wait.ts";

/** Selects what gateway-tls made. */
export const OURS = `${MANAGED_BY}=gateway-tls`;

/** Enough for finding and deleting; what waits takes more of the StepContext. */
export type RemovalContext = Pick<StepContext, "plan" | "world">;

/** An object, and why it stays; without a reason it goes. */
export interface Doomed {
  object: KubernetesObject;
  reason?: string | undefined;
}

/** One item an object: `delete`, or `keep` with the reason. */
export function describeDoomed(step: StepId, doomed: readonly Doomed[]): PlanItem[] {
  return doomed.map(({ object, reason }) => ({
    step,
    kind: object.kind,
    name: nameOf(object),
    ...(reason === undefined ? { intent: "delete" } : { intent: "keep", reason }),
  }));
}

/** Deletes those without a reason to stay, in one call. */
export async function deleteDoomed(
  { world }: RemovalContext,
  doomed: readonly Doomed[],
): Promise<void> {
  const going = doomed.filter(({ reason }) => reason === undefined);
  const refs = going.map(({ object }) => refOf(object));
  if (refs.length > 0) await world.kubernetes.delete(refs);
}

/** The object, when it is there and ours, also while it is on its way out. */
export async function findOwn(
  { world }: Pick<RemovalContext, "world">,
  ref: ObjectRef,
): Promise<KubernetesObject | undefined> {
  const live = await world.kubernetes.get(ref);
  return live !== undefined && isOurs(live.metadata.labels) ? live : undefined;
}

/** `namespace/name`, or a name. */
export function nameOf({ metadata: { namespace, name } }: KubernetesObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** Waits until no object of the kind that `isMeant` names is left. */
export async function waitUntilGone(
  context: Pick<StepContext, "world" | "waiting" | "report" | "options">,
  about: { what: string; kind: ResourceKind; namespace?: string },
  isMeant: (object: KubernetesObject) => boolean,
): Promise<void> {
  const { what, kind, namespace } = about;
  const options = namespace === undefined ? {} : { namespace };
  await waitForObjects(context, { what }, { live: { kind, options } }, ({ live }) => {
    const [left] = live.filter(isMeant);
    if (left === undefined) return { done: true };
    return { waiting: `${left.kind} ${nameOf(left)} is still there${heldBy(left)}` };
  });
}

function heldBy({ metadata: { finalizers = [] } }: KubernetesObject): string {
  return finalizers.length === 0 ? "" : `, held by ${finalizers.join(", ")}`;
}
