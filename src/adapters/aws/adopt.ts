import { UserError } from "../../errors.ts";
import type { Tags } from "../../ports/aws.ts";
import { failedWith } from "./ask.ts";
import { carries } from "./tags.ts";

/**
 * What a create call made, and whether it did. "Exists already" may be our own success, whose
 * reply was lost: then what carries our tags is taken, and anything else refused, with
 * `GT-AWS-NOT-OURS`. `GT-AWS-IAM-NOT-READY` as long as IAM does not show it.
 */
export async function adopt<Made extends { tags: Tags }>(
  creation: Promise<Made>,
  tags: Tags,
  what: string,
  find: () => Promise<Made | undefined>,
): Promise<[made: Made, created: boolean]> {
  try {
    return [await creation, true];
  } catch (error) {
    if (!failedWith(error, "EntityAlreadyExists")) throw error;
    const live = await find();
    if (live === undefined) throw notVisible(what, error);
    if (carries(live.tags, tags)) return [live, false];
    throw notOurs(what, error);
  }
}

function notOurs(what: string, cause: unknown): UserError {
  return new UserError(
    "GT-AWS-NOT-OURS",
    `${what} exists already, and this installation did not make it.`,
    {
      hint: "Delete it if nobody needs it, and run the command again.",
      cause,
    },
  );
}

/** IAM's servers learn of a change one after the other. */
function notVisible(what: string, cause: unknown): UserError {
  return new UserError(
    "GT-AWS-IAM-NOT-READY",
    `${what} exists already, but IAM does not show it yet.`,
    {
      hint: "Run the same command again: it resumes.",
      cause,
      retry: { limitMs: 120_000, intervalMs: 3000, reason: "waiting for IAM" },
    },
  );
}
