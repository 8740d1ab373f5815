import type { Retry } from "../../errors.ts";
import { describeDenial } from "./access-denied.ts";
import type { Failure, Rule } from "./failure.ts";
import { credentialFailures, networkFailures } from "./connection-failures.ts";

const AGAIN = "Run the same command again: it resumes.";
const resource = ({ operation }: Failure) => operation.resource;
const words = ({ text }: Failure) => text.trim().replace(/([^.!?])$/, "$1.");
const within = (seconds: number, intervalMs: number, reason: string): Retry => ({
  limitMs: seconds * 1000,
  intervalMs,
  reason,
});
const waitingForIam = within(120, 3000, "waiting for IAM");

/**
 * What AWS answers when something is wrong, and what is then told and done: the first rule that
 * matches holds. A rule with `retry` passes by itself.
 */
export const failures: readonly Rule[] = [
  ...credentialFailures,
  ...networkFailures,
  {
    codes: ["Throttling", "Throttled", "TooManyRequests", "RequestLimitExceeded", "SlowDown"],
    describe: ({ operation }) => ({
      code: "GT-AWS-THROTTLED",
      message: `AWS is rate-limiting ${operation.action}.`,
      hint: `${AGAIN} If it stays, another program is using up the account's rate.`,
      retry: within(120, 5000, "AWS is rate-limiting; waiting"),
    }),
  },
  {
    codes: ["LimitExceeded"],
    text: /OpenIdConnectProvidersPerAccount/i,
    describe: (failure) => ({
      code: "GT-AWS-OIDC-QUOTA",
      message: `The account has as many IAM OIDC providers as it may: ${words(failure)}`,
      hint: "Use Pod Identity, which needs none: --identity pod-identity.",
    }),
  },
  {
    codes: ["LimitExceeded", "ResourceLimitExceeded", "ServiceQuotaExceeded"],
    describe: (failure) => ({
      code: "GT-AWS-QUOTA",
      message: `A quota of the account is full, so ${resource(failure)} cannot be made or changed: ${words(failure)}`,
      hint: "Delete what is no longer used, or raise the quota in Service Quotas.",
    }),
  },
  {
    codes: ["EntityAlreadyExists"],
    describe: (failure) => ({
      code: "GT-AWS-NOT-OURS",
      message: `${resource(failure)} exists already and gateway-tls did not make it.`,
      hint: `Rename or delete it, if nobody needs it: ${resource(failure)}.`,
    }),
  },
  {
    codes: ["MalformedPolicyDocument"],
    text: /invalid principal/i,
    describe: (failure) => ({
      code: "GT-AWS-IAM-NOT-READY",
      message: `IAM does not know the principal in the trust policy of ${resource(failure)} yet.`,
      hint: AGAIN,
      retry: waitingForIam,
    }),
  },
  {
    codes: ["MalformedPolicyDocument", "PolicyNotAttachable", "UnmodifiableEntity"],
    describe: (failure) => ({
      code: "GT-AWS-POLICY-REFUSED",
      message: `IAM refuses the policy for ${resource(failure)}: ${words(failure)}`,
      hint: "Report this with the output of --dry-run --output json, which holds the document.",
    }),
  },
  {
    codes: ["NoSuchEntity"],
    describe: (failure) => ({
      code: "GT-AWS-IAM-NOT-READY",
      message: `IAM does not know what ${failure.operation.action} of ${resource(failure)} needs: ${words(failure)}`,
      hint: AGAIN,
      retry: waitingForIam,
    }),
  },
  {
    codes: ["InvalidParameter"],
    text: /role provided in the request does not exist/i,
    describe: (failure) => ({
      code: "GT-AWS-IAM-NOT-READY",
      message: `EKS does not see the IAM role for ${resource(failure)} yet.`,
      hint: AGAIN,
      retry: waitingForIam,
    }),
  },
  {
    codes: ["InvalidParameter"],
    text: /trust policy of the role provided is invalid/i,
    describe: (failure) => ({
      code: "GT-AWS-TRUST-REFUSED",
      message: `EKS refuses the IAM role for ${resource(failure)}: its trust policy must let pods.eks.amazonaws.com do sts:AssumeRole and sts:TagSession.`,
      hint: "Run `gateway-tls init` again: it repairs the trust policy of its own role.",
      retry: within(30, 3000, "waiting for IAM to spread the trust policy"),
    }),
  },
  {
    codes: [
      "ConcurrentModification",
      "OperationAborted",
      "ResourceInUse",
      "PriorRequestNotComplete",
    ],
    describe: (failure) => ({
      code: "GT-AWS-CONCURRENT-CHANGE",
      message: `Another change to ${resource(failure)} is in progress: ${words(failure)}`,
      hint: AGAIN,
      retry: within(180, 5000, "another change in AWS is in progress"),
    }),
  },
  {
    codes: ["DeleteConflict"],
    describe: (failure) => ({
      code: "GT-AWS-STILL-IN-USE",
      message: `${resource(failure)} cannot be deleted while something is attached: ${words(failure)}`,
      hint: `Detach what still uses ${resource(failure)}, and run the command again.`,
      retry: within(120, 3000, "waiting for IAM to detach"),
    }),
  },
  {
    codes: ["OpenIdIdpCommunicationError"],
    describe: (failure) => ({
      code: "GT-AWS-OIDC-UNREACHABLE",
      message: `IAM could not read the OIDC issuer ${resource(failure)}: ${words(failure)}`,
      hint: AGAIN,
      retry: within(120, 5000, "waiting for the cluster's OIDC issuer"),
    }),
  },
  {
    codes: ["ResourceNotFound"],
    text: /no cluster found/i,
    describe: (failure) => ({
      code: "GT-CLUSTER-NOT-FOUND",
      message: `There is no EKS cluster ${resource(failure)} in ${failure.region}.`,
      hint: `See which there are: aws eks list-clusters --region ${failure.region}`,
    }),
  },
  {
    codes: ["ResourceNotFound", "NotFound"],
    describe: (failure) => ({
      code: "GT-AWS-NOT-FOUND",
      message: `EKS has nothing for ${resource(failure)} any more: ${words(failure)}`,
      hint: AGAIN,
    }),
  },
  {
    codes: ["NoSuchHostedZone"],
    describe: (failure) => ({
      code: "GT-ZONE-NOT-FOUND",
      message: `There is no hosted zone ${resource(failure)} in this account.`,
      hint: "See which there are: aws route53 list-hosted-zones",
    }),
  },
  {
    codes: ["InvalidChangeBatch"],
    text: /not found|do not match the current values/i,
    describe: (failure) => ({
      code: "GT-RECORD-CHANGED",
      message: `Records of the hosted zone ${resource(failure)} changed while they were being deleted: ${words(failure)}`,
      hint: AGAIN,
      retry: within(30, 3000, "reading the changed records again"),
    }),
  },
  {
    codes: ["InvalidChangeBatch"],
    describe: (failure) => ({
      code: "GT-RECORD-CONFLICT",
      message: `Route 53 refuses the change because another record is in the way: ${words(failure)}`,
      hint: "Delete the record that is named, if nobody needs it.",
    }),
  },
  {
    codes: ["AccessDenied", "Unauthorized", "UnauthorizedOperation", "AuthorizationError"],
    describe: describeDenial,
  },
  {
    status: (status) => status >= 500,
    describe: ({ operation, status }) => ({
      code: "GT-AWS-UNAVAILABLE",
      message: `AWS could not answer ${operation.action} (HTTP ${String(status)}).`,
      hint: "See https://health.aws.amazon.com, and run the same command again: it resumes.",
      retry: within(120, 5000, "AWS is not answering; waiting"),
    }),
  },
  {
    status: (status) => status >= 400,
    describe: (failure) => ({
      code: "GT-AWS-REFUSED",
      message: `AWS refuses ${failure.operation.action} on ${resource(failure)}: ${words(failure)} (${failure.code})`,
      hint: "Correct what AWS names, and run the same command again.",
    }),
  },
];
