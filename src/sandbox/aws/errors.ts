import { UserError } from "../../errors.ts";
import type { Tags } from "../../ports/aws.ts";

/** The errors of the AWS adapter, by its codes, so that a run meets the same ones. */
const AGAIN = "Run the same command again: it resumes.";

function notOurs(what: string): UserError {
  return new UserError(
    "GT-AWS-NOT-OURS",
    `${what} exists already, and this installation did not make it.`,
    { hint: "Delete it if nobody needs it, and run the command again." },
  );
}

/** Refuses what lacks one of the wanted tags, with `GT-AWS-NOT-OURS`. */
export function refuseOthers(live: Tags, wanted: Tags, what: string): void {
  const ours = Object.entries(wanted).every(([key, value]) => live[key] === value);
  if (!ours) throw notOurs(what);
}

/** What IAM, and EKS of IAM, say of something that is not there, or not yet. */
export function iamNotReady(what: string): UserError {
  return new UserError("GT-AWS-IAM-NOT-READY", `${what} is not visible yet.`, {
    hint: AGAIN,
    retry: { limitMs: 120_000, intervalMs: 3000, reason: "waiting for IAM" },
  });
}

/** IAM's DeleteConflict. */
export function stillInUse(what: string): UserError {
  return new UserError(
    "GT-AWS-STILL-IN-USE",
    `${what} cannot be deleted while something is attached.`,
    {
      hint: `Detach what still uses ${what}, and run the command again.`,
      retry: { limitMs: 120_000, intervalMs: 3000, reason: "waiting for IAM to detach" },
    },
  );
}

/** EKS's ResourceNotFoundException, of an association. */
export function notFound(what: string): UserError {
  return new UserError("GT-AWS-NOT-FOUND", `AWS does not know ${what}.`, { hint: AGAIN });
}

export function credentialsExpired(): UserError {
  return new UserError("GT-AWS-CREDENTIALS-EXPIRED", "The AWS credentials have expired.", {
    hint: "aws sso login --profile default",
  });
}

/** EKS's ResourceNotFoundException, of a cluster. */
export function clusterNotFound(name: string, region: string): UserError {
  return new UserError("GT-CLUSTER-NOT-FOUND", `There is no cluster "${name}" in ${region}.`, {
    hint: "Give the name of a cluster that exists with --cluster.",
  });
}

/** Route 53's NoSuchHostedZone. */
export function zoneNotFound(id: string): UserError {
  return new UserError("GT-ZONE-NOT-FOUND", `There is no hosted zone ${id} in this account.`, {
    hint: "Give the id of a hosted zone that exists with --zone-id.",
  });
}

/** Route 53's InvalidChangeBatch, of a DELETE whose values are not those it has. */
export function recordChanged(name: string, type: string): UserError {
  return new UserError(
    "GT-RECORD-CHANGED",
    `The ${type} record ${name} changed since it was read, so it was not deleted.`,
    {
      hint: AGAIN,
      retry: { limitMs: 30_000, intervalMs: 3000, reason: "reading the changed records again" },
    },
  );
}
