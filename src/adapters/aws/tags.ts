import type { Tags } from "../../ports/aws.ts";

interface IamTag {
  Key?: string | undefined;
  Value?: string | undefined;
}

/** IAM has tags as a list of pairs, where EKS and our ports have a map. */
export function toIamTags(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** A tag that was set without a value has an empty one. */
export function fromIamTags(tags: readonly IamTag[] | undefined): Tags {
  return Object.fromEntries(
    (tags ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? ""]])),
  );
}

/** Whether `live` has every tag of `ours`: then what carries it was made by this installation. */
export function carries(live: Tags, ours: Tags): boolean {
  const entries = Object.entries(ours);
  return entries.length > 0 && entries.every(([key, value]) => live[key] === value);
}
