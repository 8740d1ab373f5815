import { UserError } from "../../errors.ts";
import type { Identity, PolicyDocument, Role } from "../../ports/aws.ts";
import { adopt } from "./adopt.ts";
import { expectField, failedWith, findOrAbsent } from "./ask.ts";
import { collectPages, mapConcurrently } from "./paging.ts";
import { isSameDocument, parsePolicyDocument } from "./policy-document.ts";
import { listRolesTrusting } from "./role-list.ts";
import type { Services } from "./services.ts";
import { fromIamTags, toIamTags } from "./tags.ts";

type Roles = Pick<
  Identity,
  | "findRole"
  | "createRole"
  | "updateTrust"
  | "attachPolicy"
  | "detachPolicy"
  | "deleteRole"
  | "listRolesTrusting"
  | "simulate"
>;

const AT_ONCE = 4;

/** Roles, what is attached to them, and what they may do. */
export function createRoles(services: Services): Roles {
  const { iam } = services;
  return {
    findRole: (name) => findRole(services, name),
    async createRole(wanted) {
      const { name, tags, trust } = wanted;
      const [role, created] = await adopt(
        createRole(services, wanted),
        tags,
        `The IAM role ${name}`,
        () => findRole(services, name),
      );
      if (!created && !isSameDocument(role.trust, trust)) await updateTrust(services, name, trust);
      return { ...role, trust };
    },
    updateTrust: (name, trust) => updateTrust(services, name, trust),
    async attachPolicy(RoleName, PolicyArn) {
      await iam(
        { action: "iam:AttachRolePolicy", resource: `role ${RoleName}` },
        ({ client, sdk }) => client.send(new sdk.AttachRolePolicyCommand({ RoleName, PolicyArn })),
      );
    },
    async detachPolicy(RoleName, PolicyArn) {
      await findOrAbsent(
        iam({ action: "iam:DetachRolePolicy", resource: `role ${RoleName}` }, ({ client, sdk }) =>
          client.send(new sdk.DetachRolePolicyCommand({ RoleName, PolicyArn })),
        ),
      );
    },
    deleteRole: (name) => deleteRole(services, name),
    listRolesTrusting: (principalArn) => listRolesTrusting(services, principalArn),
    simulate: (simulations) =>
      mapConcurrently(simulations, AT_ONCE, (simulation) => simulate(services, simulation)),
  };
}

async function findRole(services: Services, name: string): Promise<Role | undefined> {
  const { iam } = services;
  const found = await findOrAbsent(
    Promise.all([
      iam({ action: "iam:GetRole", resource: `role ${name}` }, ({ client, sdk }) =>
        client.send(new sdk.GetRoleCommand({ RoleName: name })),
      ),
      listAttached(services, name),
      listInline(services, name),
    ]),
  );
  if (found === undefined) return undefined;
  const [reply, attachedPolicyArns, inlinePolicyNames] = found;
  const role = expectField(reply.Role, "Role");
  const trust = expectField(role.AssumeRolePolicyDocument, "AssumeRolePolicyDocument");
  return {
    arn: parseArn(role.Arn, name),
    name,
    trust: parsePolicyDocument(trust, `the role ${name}`),
    tags: fromIamTags(role.Tags),
    attachedPolicyArns,
    inlinePolicyNames,
  };
}

/** IAM may answer with the role's unique id (`AROA...`) until the role has spread. */
function parseArn(arn: string | undefined, name: string): string {
  if (arn?.startsWith("arn:")) return arn;
  throw new UserError(
    "GT-AWS-IAM-NOT-READY",
    `IAM does not give the ARN of the new role ${name} yet.`,
    {
      hint: "Run the same command again: it resumes.",
      retry: { limitMs: 120_000, intervalMs: 3000, reason: "waiting for IAM" },
    },
  );
}

function listAttached({ iam }: Services, RoleName: string): Promise<string[]> {
  const operation = { action: "iam:ListAttachedRolePolicies", resource: `role ${RoleName}` };
  return collectPages(async (Marker) => {
    const page = await iam(operation, ({ client, sdk }) =>
      client.send(new sdk.ListAttachedRolePoliciesCommand({ RoleName, Marker })),
    );
    const items = expectField(page.AttachedPolicies, "AttachedPolicies").flatMap(
      ({ PolicyArn }) => PolicyArn ?? [],
    );
    return { items, marker: page.IsTruncated === true ? page.Marker : undefined };
  });
}

function listInline({ iam }: Services, RoleName: string): Promise<string[]> {
  const operation = { action: "iam:ListRolePolicies", resource: `role ${RoleName}` };
  return collectPages(async (Marker) => {
    const page = await iam(operation, ({ client, sdk }) =>
      client.send(new sdk.ListRolePoliciesCommand({ RoleName, Marker })),
    );
    return {
      items: expectField(page.PolicyNames, "PolicyNames"),
      marker: page.IsTruncated === true ? page.Marker : undefined,
    };
  });
}

async function createRole(
  { iam }: Services,
  { name, description, trust, tags, permissionsBoundary }: Parameters<Identity["createRole"]>[0],
): Promise<Role> {
  const input = {
    RoleName: name,
    Description: description,
    AssumeRolePolicyDocument: JSON.stringify(trust),
    Tags: toIamTags(tags),
    ...(permissionsBoundary === undefined ? {} : { PermissionsBoundary: permissionsBoundary }),
  };
  const reply = await iam(
    { action: "iam:CreateRole", resource: `role ${name}` },
    ({ client, sdk }) => client.send(new sdk.CreateRoleCommand(input)),
  );
  const arn = parseArn(reply.Role?.Arn, name);
  return { arn, name, trust, tags, attachedPolicyArns: [], inlinePolicyNames: [] };
}

async function updateTrust({ iam }: Services, RoleName: string, trust: PolicyDocument) {
  const operation = { action: "iam:UpdateAssumeRolePolicy", resource: `role ${RoleName}` };
  await iam(operation, ({ client, sdk }) =>
    client.send(
      new sdk.UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: JSON.stringify(trust) }),
    ),
  );
}

async function deleteRole(services: Services, RoleName: string): Promise<void> {
  const operation = { action: "iam:DeleteRole", resource: `role ${RoleName}` };
  try {
    await findOrAbsent(
      services.iam(operation, ({ client, sdk }) =>
        client.send(new sdk.DeleteRoleCommand({ RoleName })),
      ),
    );
  } catch (error) {
    throw await explainAttachments(services, RoleName, error);
  }
}

/** Names what the role still holds; where that cannot be read, AWS's own words. */
async function explainAttachments(services: Services, name: string, error: unknown) {
  if (!(error instanceof UserError) || !failedWith(error, "DeleteConflict")) return error;
  const lists = [listAttached(services, name), listInline(services, name)];
  const held = (await Promise.all(lists).catch(() => [])).flat();
  if (held.length === 0) return error;
  const { retry, cause } = error;
  return new UserError(
    error.code,
    `The role ${name} cannot be deleted: it still has the policies ${held.join(", ")}.`,
    {
      hint: `Detach ${held.join(", ")} from the role ${name}.`,
      cause,
      ...(retry === undefined ? {} : { retry }),
    },
  );
}

async function simulate(
  { iam }: Services,
  { roleArn, action, resource, context = {} }: Parameters<Identity["simulate"]>[0][number],
): Promise<"allowed" | "denied"> {
  const entries = Object.entries(context).map(([ContextKeyName, ContextKeyValues]) => ({
    ContextKeyName,
    ContextKeyValues,
    ContextKeyType: "stringList" as const,
  }));
  const input = {
    PolicySourceArn: roleArn,
    ActionNames: [action],
    ResourceArns: [resource],
    ContextEntries: entries,
  };
  const reply = await iam(
    { action: "iam:SimulatePrincipalPolicy", resource: roleArn },
    ({ client, sdk }) => client.send(new sdk.SimulatePrincipalPolicyCommand(input)),
  );
  const [result] = reply.EvaluationResults ?? [];
  return expectField(result?.EvalDecision, "EvalDecision") === "allowed" ? "allowed" : "denied";
}
