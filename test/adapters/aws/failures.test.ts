import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../../../src/errors.ts";
import type { Aws } from "../../../src/adapters/aws/aws.ts";
import { ourTags, podTrust, zonePolicy } from "../../contract/aws/account.ts";
import { AwsFailure } from "../../support/aws-endpoint/wire.ts";
import { type AwsWorld, openAws } from "./world.ts";

const POLICY = "arn:aws:iam::123456789012:policy/p";
const USER = "arn:aws:sts::123456789012:assumed-role/dev/ann";

const createPolicy = ({ identity }: Aws) =>
  identity.createPolicy({ name: "p", document: zonePolicy(), tags: ourTags });
const createRole = ({ identity }: Aws) =>
  identity.createRole({ name: "r", description: "d", trust: podTrust(), tags: ourTags });
const createProvider = ({ identity }: Aws) =>
  identity.createOidcProvider({ issuer: "https://oidc.example/1", tags: ourTags });
const associate = ({ identity }: Aws) =>
  identity.createAssociation({
    cluster: "demo",
    namespace: "n",
    serviceAccount: "s",
    roleArn: "arn:aws:iam::123456789012:role/r",
    tags: ourTags,
  });

interface Row {
  on: string;
  answer: [status: number, code: string, message: string];
  act: (aws: Aws) => Promise<unknown>;
  code: string;
  says: RegExp;
  hint: RegExp;
  /** Seconds in which it may pass by itself. */
  within?: number;
}

const rows: Row[] = [
  {
    on: "ListHostedZones",
    answer: [400, "Throttling", "Rate exceeded"],
    act: ({ zones }) => zones.list(),
    code: "GT-AWS-THROTTLED",
    says: /rate-limiting route53:ListHostedZones/,
    hint: /resumes/,
    within: 120,
  },
  {
    on: "CreateOpenIDConnectProvider",
    answer: [409, "LimitExceeded", "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100"],
    act: createProvider,
    code: "GT-AWS-OIDC-QUOTA",
    says: /OpenIdConnectProvidersPerAccount: 100/,
    hint: /--identity pod-identity/,
  },
  {
    on: "CreatePodIdentityAssociation",
    answer: [400, "ResourceLimitExceededException", "Maximum of 5000 associations"],
    act: associate,
    code: "GT-AWS-QUOTA",
    says: /5000 associations/,
    hint: /Service Quotas/,
  },
  {
    on: "CreateRole",
    answer: [400, "MalformedPolicyDocument", 'Invalid principal in policy: "AWS":"arn"'],
    act: createRole,
    code: "GT-AWS-IAM-NOT-READY",
    says: /principal in the trust policy of role r/,
    hint: /resumes/,
    within: 120,
  },
  {
    on: "CreateRole",
    answer: [400, "MalformedPolicyDocument", "Syntax errors in policy."],
    act: createRole,
    code: "GT-AWS-POLICY-REFUSED",
    says: /Syntax errors in policy\./,
    hint: /--dry-run/,
  },
  {
    on: "AttachRolePolicy",
    answer: [404, "NoSuchEntity", "The role with name r cannot be found."],
    act: ({ identity }) => identity.attachPolicy("r", POLICY),
    code: "GT-AWS-IAM-NOT-READY",
    says: /role with name r cannot be found/,
    hint: /resumes/,
    within: 120,
  },
  {
    on: "CreatePodIdentityAssociation",
    answer: [400, "InvalidParameterException", "Role provided in the request does not exist."],
    act: associate,
    code: "GT-AWS-IAM-NOT-READY",
    says: /EKS does not see the IAM role/,
    hint: /resumes/,
    within: 120,
  },
  {
    on: "CreatePodIdentityAssociation",
    answer: [400, "InvalidParameterException", "Trust policy of the role provided is invalid."],
    act: associate,
    code: "GT-AWS-TRUST-REFUSED",
    says: /sts:AssumeRole and sts:TagSession/,
    hint: /gateway-tls init/,
    within: 30,
  },
  {
    on: "CreatePolicy",
    answer: [409, "ConcurrentModification", "The request was rejected because multiple requests"],
    act: createPolicy,
    code: "GT-AWS-CONCURRENT-CHANGE",
    says: /Another change to policy p/,
    hint: /resumes/,
    within: 180,
  },
  {
    on: "DeleteAddon",
    answer: [409, "ResourceInUseException", "Addon is being updated"],
    act: ({ clusters }) => clusters.deleteAddon("demo", "eks-pod-identity-agent"),
    code: "GT-AWS-CONCURRENT-CHANGE",
    says: /Addon is being updated/,
    hint: /resumes/,
    within: 180,
  },
  {
    on: "CreateOpenIDConnectProvider",
    answer: [400, "OpenIdIdpCommunicationError", "Connection to the URL timed out"],
    act: createProvider,
    code: "GT-AWS-OIDC-UNREACHABLE",
    says: /oidc.example\/1/,
    hint: /resumes/,
    within: 120,
  },
  {
    on: "GetCallerIdentity",
    answer: [403, "ExpiredToken", "The security token included in the request is expired"],
    act: ({ caller }) => caller.identify(),
    code: "GT-AWS-CREDENTIALS-EXPIRED",
    says: /of the profile ops have expired/,
    hint: /^aws sso login --profile ops$/,
  },
  {
    on: "ListClusters",
    answer: [403, "ExpiredTokenException", "The security token included in the request is expired"],
    act: ({ clusters }) => clusters.list(),
    code: "GT-AWS-CREDENTIALS-EXPIRED",
    says: /have expired/,
    hint: /aws sso login/,
  },
  {
    on: "GetCallerIdentity",
    answer: [403, "InvalidClientTokenId", "The security token included in the request is invalid."],
    act: ({ caller }) => caller.identify(),
    code: "GT-AWS-CREDENTIALS-INVALID",
    says: /does not know the credentials of the profile ops/,
    hint: /aws sts get-caller-identity --region eu-west-1 --profile ops/,
  },
  {
    on: "GetCallerIdentity",
    answer: [
      403,
      "SignatureDoesNotMatch",
      "Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z",
    ],
    act: ({ caller }) => caller.identify(),
    code: "GT-AWS-CLOCK",
    says: /clock of this machine/,
    hint: /Set the clock/,
  },
  {
    on: "GetCallerIdentity",
    answer: [403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region."],
    act: ({ caller }) => caller.identify(),
    code: "GT-AWS-REGION",
    says: /region eu-west-1/,
    hint: /--region/,
  },
  {
    on: "GetCallerIdentity",
    answer: [403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"],
    act: ({ caller }) => caller.identify(),
    code: "GT-AWS-WEB-IDENTITY",
    says: /`aud` or `sub`/,
    hint: /iss, aud and sub/,
    within: 120,
  },
  {
    on: "CreatePolicy",
    answer: [
      403,
      "AccessDenied",
      `User: ${USER} is not authorized to perform: iam:CreatePolicy on resource: policy p because no identity-based policy allows the iam:CreatePolicy action`,
    ],
    act: createPolicy,
    code: "GT-AWS-DENIED",
    says: /assumed-role\/dev\/ann may not do iam:CreatePolicy on arn:aws:iam::123456789012:policy\/p/,
    hint: /\{"Effect":"Allow","Action":"iam:CreatePolicy","Resource":"arn:aws:iam::123456789012:policy\/p"\}/,
  },
  {
    on: "ListClusters",
    answer: [
      403,
      "AccessDeniedException",
      `User: ${USER} is not authorized to perform: eks:ListClusters on resource: arn:aws:eks:eu-west-1:123456789012:cluster/* with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/service_control_policy/p-1`,
    ],
    act: ({ clusters }) => clusters.list(),
    code: "GT-AWS-DENIED-BY-ORGANIZATION",
    says: /eks:ListClusters.* a service control policy .*\(arn:aws:organizations::1:policy\/o-1\/service_control_policy\/p-1\)\./,
    hint: /administrator of the AWS organisation/,
  },
  {
    on: "CreateRole",
    answer: [
      403,
      "AccessDenied",
      `User: ${USER} is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::123456789012:role/r with an explicit deny in a permissions boundary: ${POLICY}`,
    ],
    act: createRole,
    code: "GT-AWS-DENIED-EXPLICITLY",
    says: /a Deny in a permissions boundary \(arn:aws:iam::123456789012:policy\/p\) forbids it/,
    hint: /except iam:CreateRole/,
  },
  {
    on: "CreateRole",
    answer: [500, "ServiceFailure", "oops"],
    act: createRole,
    code: "GT-AWS-UNAVAILABLE",
    says: /iam:CreateRole \(HTTP 500\)/,
    hint: /health\.aws/,
    within: 120,
  },
  {
    on: "CreateRole",
    answer: [400, "InvalidInput", "Duplicate tag keys found"],
    act: createRole,
    code: "GT-AWS-REFUSED",
    says: /refuses iam:CreateRole on role r: Duplicate tag keys found\. \(InvalidInput\)/,
    hint: /Correct/,
  },
  {
    on: "ListHostedZones",
    answer: [407, "ProxyAuthenticationRequired", "who are you"],
    act: ({ zones }) => zones.list(),
    code: "GT-AWS-PROXY",
    says: /proxy refuses/,
    hint: /HTTPS_PROXY/,
  },
  {
    on: "ChangeResourceRecordSets",
    answer: [
      400,
      "InvalidChangeBatch",
      "[Tried to create resource record set [name='a.', type='A'] but it already exists]",
    ],
    act: async ({ zones }) => {
      const records = await zones.listRecords("Z0PUBLIC1", ["under.www.example.com"]);
      await zones.deleteRecords("Z0PUBLIC1", records);
    },
    code: "GT-RECORD-CONFLICT",
    says: /already exists/,
    hint: /Delete the record/,
  },
  {
    on: "ChangeResourceRecordSets",
    answer: [
      400,
      "PriorRequestNotComplete",
      "The request was rejected because Route 53 was still processing",
    ],
    act: async ({ zones }) => {
      const records = await zones.listRecords("Z0PUBLIC1", ["under.www.example.com"]);
      await zones.deleteRecords("Z0PUBLIC1", records);
    },
    code: "GT-AWS-CONCURRENT-CHANGE",
    says: /still processing/,
    hint: /resumes/,
    within: 180,
  },
];

async function failureOf(act: Promise<unknown>): Promise<UserError> {
  const error: unknown = await act.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof UserError) return error;
  throw new Error(`Expected a UserError, got ${String(error)}`, { cause: error });
}

describe("what AWS answers is told in our words", () => {
  let world: AwsWorld;
  beforeEach(async () => {
    world = await openAws({ profile: "ops" });
  });
  afterEach(() => world.close());

  test.each(rows)("$on: $answer -> $code", async ({ on, answer, act, ...expected }) => {
    world.endpoint.add({ action: on, error: new AwsFailure(...answer) });
    const error = await failureOf(act(world.aws));
    expect(error.code).toBe(expected.code);
    expect(error.message).toMatch(expected.says);
    expect(error.hint).toMatch(expected.hint);
    expect(error.retry?.limitMs).toBe(
      expected.within === undefined ? undefined : expected.within * 1000,
    );
    expect(error.cause).toBeInstanceOf(Error);
  });

  test("a cluster that is not there is told with the account, the region and those that are", async () => {
    const error = await failureOf(world.aws.identity.listAssociations("dmeo", {}));
    expect(error.message).toBe(
      "There is no EKS cluster dmeo in eu-west-1 of account 123456789012. There are: auto, demo, new.",
    );
  });

  test("what a role still holds, and what still holds a policy, is named", async () => {
    const { identity } = world.aws;
    const { arn } = await createPolicy(world.aws);
    await createRole(world.aws);
    await identity.attachPolicy("r", arn);
    expect((await failureOf(identity.deleteRole("r"))).message).toContain(arn);
    expect((await failureOf(identity.deletePolicy(arn))).message).toContain("role r");
    world.endpoint.add({
      action: "ListEntitiesForPolicy",
      error: new AwsFailure(403, "AccessDenied", "no"),
    });
    expect((await failureOf(identity.deletePolicy(arn))).code).toBe("GT-AWS-STILL-IN-USE");
  });

  test("an endpoint that nobody listens on may come up", async () => {
    const { url } = world.endpoint;
    await world.endpoint.close();
    const dead = await openAws({ tuning: { endpoint: url } });
    const error = await failureOf(dead.aws.caller.identify());
    expect(error).toMatchObject({ code: "GT-AWS-UNREACHABLE", retry: { limitMs: 60_000 } });
    expect(error.message).toContain("ECONNREFUSED");
    await dead.close();
    world = await openAws();
  });

  test("a reply that is not AWS's is not taken for an empty one", async () => {
    world.endpoint.add({ action: "GetCallerIdentity", edit: () => "<GetCallerIdentityResponse/>" });
    const error = await failureOf(world.aws.caller.identify());
    expect(error.code).toBe("GT-AWS-REPLY");
  });
});
