import type { Condition } from "../facts/condition.ts";
import type { ObjectMeta } from "../ports/kubernetes.ts";
import type { ErrorCode } from "../errors.ts";
import { broken, describeCommand, type LinkVerdict } from "./chain.ts";

/** A condition that says no, in its own words. */
export function refused(
  code: ErrorCode,
  condition: Condition,
  object: string,
  hint = describeCommand(object),
): LinkVerdict {
  const { lastTransitionTime: since } = condition;
  return broken(code, wordsOf(condition), { object, since, hint });
}

/** `Reason: message`, as far as there are any. */
export function wordsOf({ reason, message }: Condition): string {
  return [reason, message].filter((part) => part !== "").join(": ");
}

/** An object that is on its way out is neither there nor gone: it holds up whatever needs it. */
export function judgeDeletion(
  { deletionTimestamp, finalizers = [] }: ObjectMeta,
  object: string,
): LinkVerdict | undefined {
  if (deletionTimestamp === undefined) return undefined;
  const held = finalizers.length === 0 ? "" : `; it is held by ${finalizers.join(", ")}`;
  return broken("GT-OBJECT-DELETING", `${object} is being deleted${held}.`, {
    object,
    since: deletionTimestamp,
    hint: describeCommand(object),
  });
}
