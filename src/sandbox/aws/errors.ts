import { UserError } from "../../errors.ts";

/** IAM's EntityAlreadyExists and EKS's ResourceInUse. */
export function existsError(message: string): UserError {
  return new UserError("GT-AWS-EXISTS", `AWS has it already: ${message}.`, {
    hint: "Run the same command again: it looks at what is there.",
  });
}

export function noSuchEntity(what: string): UserError {
  return new UserError("GT-AWS-NOT-FOUND", `AWS does not know it: ${what} cannot be found.`);
}

/** What EKS says of a role that IAM has not spread yet. */
export function roleNotVisible(roleArn: string): UserError {
  return new UserError(
    "GT-AWS-ROLE-NOT-READY",
    `EKS does not see the role yet: Role ${roleArn} does not exist.`,
    { retry: { limitMs: 120_000, intervalMs: 3_000, reason: "waiting for IAM" } },
  );
}
