import type { Description, Failure, Rule } from "./failure.ts";

const words = ({ text }: Failure) => text.trim().replace(/([^.!?])$/, "$1.");
/** `aws login` and `aws sso login` are two ways to sign in; the SDK's text names the profile's. */
const signIn = ({ profile, staticKeys, text }: Failure) =>
  profile === undefined && staticKeys
    ? "Renew AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN."
    : `aws ${/\baws login\b/.test(text) ? "login" : "sso login"} --profile ${profile ?? "default"}`;
const withProfile = ({ profile }: Failure) =>
  profile === undefined ? "" : ` of the profile ${profile}`;
const PROVIDER = ["CredentialsProviderError", "TokenProviderError", "ProviderError"];

/** Nothing was asked yet: who asks could not be proven. None of these passes by itself but one. */
export const credentialFailures: readonly Rule[] = [
  {
    codes: [...PROVIDER, "Unauthorized"],
    text: /expired|sso login|re-?authenticate|session token not found or invalid/i,
    describe: (failure) => ({
      code: "GT-AWS-CREDENTIALS-EXPIRED",
      message: `The AWS sign-in${withProfile(failure)} has expired or is not there.`,
      hint: signIn({ ...failure, staticKeys: false }),
    }),
  },
  {
    codes: ["ExpiredToken", "TokenRefreshRequired"],
    describe: (failure) => ({
      code: "GT-AWS-CREDENTIALS-EXPIRED",
      message: `The AWS credentials${withProfile(failure)} have expired.`,
      hint: signIn(failure),
    }),
  },
  {
    codes: PROVIDER,
    text: /could not load credentials from any providers/i,
    describe: ({ profile }) =>
      profile === undefined
        ? {
            code: "GT-AWS-NO-CREDENTIALS",
            message:
              "There are no AWS credentials: none in the environment, in a profile or on this machine.",
            hint: "Sign in with `aws sso login --profile NAME` and pass --profile NAME.",
          }
        : {
            code: "GT-AWS-PROFILE",
            message: `The AWS profile ${profile} holds no credentials.`,
            hint: `Give it some with: aws configure sso --profile ${profile}`,
          },
  },
  {
    codes: PROVIDER,
    describe: (failure) => ({
      code: "GT-AWS-PROFILE",
      message: `The AWS credentials${withProfile(failure)} cannot be loaded: ${words(failure)}`,
      hint: `Find what is wrong with: aws sts get-caller-identity${failure.profile === undefined ? "" : ` --profile ${failure.profile}`}`,
    }),
  },
  {
    codes: ["SignatureDoesNotMatch", "InvalidSignature", "RequestExpired", "RequestTimeTooSkewed"],
    text: /expired|skewed|not yet current|too far|difference between/i,
    describe: () => ({
      code: "GT-AWS-CLOCK",
      message: "AWS refuses the request because the clock of this machine is wrong.",
      hint: "Set the clock of this machine, and run the command again.",
    }),
  },
  {
    codes: ["OptInRequired", "RegionDisabled", "SignatureDoesNotMatch", "InvalidSignature"],
    text: /region|opt.?in|subscription/i,
    describe: ({ region }) => ({
      code: "GT-AWS-REGION",
      message: `The region ${region} is not enabled for this account, or it is not the region of this endpoint.`,
      hint: "Pass the cluster's own region: --region REGION.",
    }),
  },
  {
    codes: [
      "IncompleteSignature",
      "InvalidAccessKeyId",
      "InvalidClientTokenId",
      "InvalidSignature",
      "MissingAuthenticationToken",
      "SignatureDoesNotMatch",
      "UnrecognizedClient",
    ],
    describe: (failure) => ({
      code: "GT-AWS-CREDENTIALS-INVALID",
      message: `AWS does not know the credentials${withProfile(failure)}, or ${failure.region} is a region that the account has not enabled.`,
      hint: `Check them with: aws sts get-caller-identity --region ${failure.region}${failure.profile === undefined ? "" : ` --profile ${failure.profile}`}`,
    }),
  },
  {
    text: /not authorized to perform:? sts:AssumeRoleWithWebIdentity/i,
    describe: () => ({
      code: "GT-AWS-WEB-IDENTITY",
      message:
        "The role's trust policy does not accept this web identity: its issuer, `aud` or `sub` does not match.",
      hint: "Compare the trust policy's conditions with the token's iss, aud and sub.",
      retry: { limitMs: 120_000, intervalMs: 5000, reason: "waiting for IAM" },
    }),
  },
];

/** There was no answer of AWS: the way to it is broken. */
export const networkFailures: readonly Rule[] = [
  {
    status: (status) => status === 407,
    describe: () => ({
      code: "GT-AWS-PROXY",
      message: "The HTTP proxy refuses the connection to AWS: it wants a user and a password.",
      hint: "Put them into HTTPS_PROXY, or let AWS pass by with NO_PROXY=.amazonaws.com.",
    }),
  },
  {
    codes: [
      "CERT_HAS_EXPIRED",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ],
    describe: (failure) => ({
      code: "GT-AWS-TLS",
      message: `The certificate of the AWS endpoint for ${failure.operation.action} is not trusted (${failure.code}): a proxy may have replaced it.`,
      hint: "Name the CA certificate of your network: NODE_EXTRA_CA_CERTS=/path/to/ca.pem",
    }),
  },
  {
    codes: ["EPROTO"],
    describe: (failure) => ({
      code: "GT-AWS-TLS",
      message: `What answers ${failure.operation.action} in ${failure.region} does not speak TLS.`,
      hint: "Check AWS_ENDPOINT_URL and HTTPS_PROXY: http:// and https:// may be mixed up.",
    }),
  },
  {
    text: /Deserialization error/,
    describe: describeStranger,
  },
  {
    codes: ["Unknown", "UnknownError"],
    describe: describeStranger,
  },
  {
    codes: [
      "EAI_AGAIN",
      "ECONNREFUSED",
      "ECONNRESET",
      "EHOSTUNREACH",
      "ENETUNREACH",
      "ENOTFOUND",
      "EPIPE",
      "ETIMEDOUT",
      "TimeoutError",
    ],
    describe: (failure) => ({
      code: "GT-AWS-UNREACHABLE",
      message: `No answer of AWS to ${failure.operation.action} in ${failure.region} (${failure.code}).`,
      hint: `Check the network, HTTPS_PROXY and AWS_ENDPOINT_URL, and that ${failure.region} is the right region.`,
      retry: { limitMs: 60_000, intervalMs: 5000, reason: "AWS cannot be reached; waiting" },
    }),
  },
];

/** A sign-in page, a proxy's refusal: HTTP, but in no format of AWS. */
function describeStranger({ operation, status }: Failure): Description {
  return {
    code: "GT-AWS-REPLY",
    message: `What answers ${operation.action} is not AWS: its reply (HTTP ${String(status)}) cannot be read.`,
    hint: "Check AWS_ENDPOINT_URL, and whether a proxy or a sign-in page stands before the network.",
    retry: {
      limitMs: 60_000,
      intervalMs: 5000,
      reason: "the reply of AWS was broken; asking again",
    },
  };
}
