import { UserError } from "../../errors.ts";
import type { Identity, Policy, PolicyDocument } from "../../ports/aws.ts";
import { expectField, failedWith, findOrAbsent } from "./ask.ts";
import { adopt } from "./adopt.ts";
import { collectPages } from "./paging.ts";
import { isSameDocument, parsePolicyDocument } from "./policy-document.ts";
import type { Services } from "./services.ts";
import { fromIamTags, toIamTags } from "./tags.ts";

/** What IAM allows of one managed policy. */
const MOST_VERSIONS = 5;

type Policies = Pick<Identity, "findPolicy" | "createPolicy" | "updatePolicy" | "deletePolicy">;

/** Customer managed policies; `arnOf` gives the ARN of one by its name. */
export function createPolicies(
  services: Services,
  arnOf: (name: string) => Promise<string>,
): Policies {
  return {
    findPolicy: (arn) => findPolicy(services, arn),
    async createPolicy(wanted) {
      const { name, document, tags } = wanted;
      const creation = createPolicy(services, wanted);
      const [policy, created] = await adopt(creation, tags, `The IAM policy ${name}`, async () =>
        findPolicy(services, await arnOf(name)),
      );
      if (!created && !isSameDocument(policy.document, document)) {
        await updatePolicy(services, policy.arn, document);
      }
      return { ...policy, document };
    },
    updatePolicy: (arn, document) => updatePolicy(services, arn, document),
    deletePolicy: (arn) => deletePolicy(services, arn),
  };
}

async function findPolicy({ iam }: Services, arn: string): Promise<Policy | undefined> {
  const found = await findOrAbsent(
    iam({ action: "iam:GetPolicy", resource: arn }, async ({ client, sdk }) => {
      const { Policy: policy } = await client.send(new sdk.GetPolicyCommand({ PolicyArn: arn }));
      const VersionId = policy?.DefaultVersionId;
      const version = await client.send(
        new sdk.GetPolicyVersionCommand({ PolicyArn: arn, VersionId }),
      );
      return { policy: expectField(policy, "Policy"), version: version.PolicyVersion };
    }),
  );
  if (found === undefined) return undefined;
  const { policy, version } = found;
  return {
    arn,
    name: expectField(policy.PolicyName, "PolicyName"),
    document: parsePolicyDocument(expectField(version?.Document, "Document"), arn),
    tags: fromIamTags(policy.Tags),
    attachmentCount: policy.AttachmentCount ?? 0,
  };
}

async function createPolicy(
  { iam }: Services,
  { name, document, tags }: Parameters<Identity["createPolicy"]>[0],
): Promise<Policy> {
  const input = {
    PolicyName: name,
    PolicyDocument: JSON.stringify(document),
    Tags: toIamTags(tags),
  };
  const reply = await iam(
    { action: "iam:CreatePolicy", resource: `policy ${name}` },
    ({ client, sdk }) => client.send(new sdk.CreatePolicyCommand(input)),
  );
  return { arn: expectField(reply.Policy?.Arn, "Arn"), name, document, tags, attachmentCount: 0 };
}

/** Not set as the default in one request: a reply that is lost there may leave the old default. */
async function updatePolicy(services: Services, arn: string, document: PolicyDocument) {
  const { iam } = services;
  await pruneVersions(services, arn);
  const create = () =>
    iam({ action: "iam:CreatePolicyVersion", resource: arn }, ({ client, sdk }) =>
      client.send(
        new sdk.CreatePolicyVersionCommand({
          PolicyArn: arn,
          PolicyDocument: JSON.stringify(document),
          SetAsDefault: false,
        }),
      ),
    );
  const reply = await create().catch(async (error: unknown) => {
    if (!failedWith(error, "LimitExceeded")) throw error;
    await pruneVersions(services, arn);
    return create();
  });
  const VersionId = expectField(reply.PolicyVersion?.VersionId, "VersionId");
  await iam({ action: "iam:SetDefaultPolicyVersion", resource: arn }, ({ client, sdk }) =>
    client.send(new sdk.SetDefaultPolicyVersionCommand({ PolicyArn: arn, VersionId })),
  );
}

async function pruneVersions(services: Services, arn: string): Promise<void> {
  const versions = await listVersions(services, arn);
  const oldest = versions.find(({ isDefault }) => !isDefault);
  if (versions.length >= MOST_VERSIONS && oldest !== undefined) {
    await deleteVersion(services, arn, oldest.id);
  }
}

/** Versions are called `v1`, `v2`, ... */
const ordinal = ({ id }: { id: string }) => Number(id.slice(1));

/** Oldest first. */
async function listVersions({ iam }: Services, arn: string) {
  const versions = await collectPages(async (marker) => {
    const page = await iam({ action: "iam:ListPolicyVersions", resource: arn }, ({ client, sdk }) =>
      client.send(new sdk.ListPolicyVersionsCommand({ PolicyArn: arn, Marker: marker })),
    );
    const items = expectField(page.Versions, "Versions").flatMap(
      ({ VersionId, IsDefaultVersion }) =>
        VersionId === undefined ? [] : [{ id: VersionId, isDefault: IsDefaultVersion ?? false }],
    );
    return { items, marker: page.IsTruncated === true ? page.Marker : undefined };
  });
  return versions.toSorted((left, right) => ordinal(left) - ordinal(right));
}

async function deleteVersion({ iam }: Services, arn: string, VersionId: string): Promise<void> {
  await findOrAbsent(
    iam({ action: "iam:DeletePolicyVersion", resource: arn }, ({ client, sdk }) =>
      client.send(new sdk.DeletePolicyVersionCommand({ PolicyArn: arn, VersionId })),
    ),
  );
}

async function deletePolicy(services: Services, arn: string): Promise<void> {
  const versions = (await findOrAbsent(listVersions(services, arn))) ?? [];
  for (const { id, isDefault } of versions) {
    if (!isDefault) await deleteVersion(services, arn, id);
  }
  try {
    await findOrAbsent(
      services.iam({ action: "iam:DeletePolicy", resource: arn }, ({ client, sdk }) =>
        client.send(new sdk.DeletePolicyCommand({ PolicyArn: arn })),
      ),
    );
  } catch (error) {
    throw await explainAttachments(services, arn, error);
  }
}

/** Names what the policy is still attached to; without the permission to see it, AWS's own words. */
async function explainAttachments(
  { iam }: Services,
  arn: string,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof UserError) || !failedWith(error, "DeleteConflict")) return error;
  const reply = await iam(
    { action: "iam:ListEntitiesForPolicy", resource: arn },
    ({ client, sdk }) => client.send(new sdk.ListEntitiesForPolicyCommand({ PolicyArn: arn })),
  ).catch(() => undefined);
  const holders = [
    ...(reply?.PolicyRoles ?? []).map(({ RoleName }) => `role ${String(RoleName)}`),
    ...(reply?.PolicyUsers ?? []).map(({ UserName }) => `user ${String(UserName)}`),
    ...(reply?.PolicyGroups ?? []).map(({ GroupName }) => `group ${String(GroupName)}`),
  ];
  if (holders.length === 0) return error;
  const { retry, cause } = error;
  return new UserError(
    error.code,
    `The policy ${arn} cannot be deleted: it is still attached to ${holders.join(", ")}.`,
    {
      hint: `Detach it from ${holders.join(", ")}.`,
      cause,
      ...(retry === undefined ? {} : { retry }),
    },
  );
}
