import { ownPartRules } from "./own-part-rules.ts";
import type { Outcome, OwnershipRule } from "./ownership-rule.ts";
import type { Part, Parts } from "./parts.ts";
import { sharedPartRules } from "./shared-part-rules.ts";

/** The rules of each part in order: the first that applies decides; the last applies always. */
export const ownershipRules: readonly OwnershipRule[] = [...sharedPartRules, ...ownPartRules];

/** The row that decides about a part, and what of this cluster made it so. */
export interface Decision {
  rule: OwnershipRule;
  outcome: Outcome;
  /** What was found in this cluster, with its owner and versions. */
  seen: string;
}

/** What is done about one part: the first rule that applies. */
export function decide(part: Part, parts: Parts): Decision {
  const rule = ownershipRules.find((rule) => rule.part === part && rule.applies(parts));
  if (rule === undefined) throw new Error(`no ownership rule for ${part}`);
  return { rule, outcome: rule.outcome, seen: parts.seen[part] };
}
