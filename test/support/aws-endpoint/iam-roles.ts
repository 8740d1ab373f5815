import { type Account, arnOf, type RoleState } from "./account.ts";
import { pageMembers, type Parameters, tagMembers } from "./query.ts";
import { isAllowed } from "./simulation.ts";
import { AwsFailure, pageOf, tag } from "./wire.ts";

type Handler = (account: Account, parameters: Parameters) => string[];

export const roleActions: Record<string, Handler> = {
  CreateRole(account, parameters) {
    const name = parameters.get("RoleName");
    if (account.roles.some((role) => role.name === name)) {
      throw new AwsFailure(409, "EntityAlreadyExists", `Role with name ${name} already exists.`);
    }
    const role = {
      arn: arnOf(account, "role", name),
      name,
      trust: parameters.get("AssumeRolePolicyDocument"),
      description: parameters.get("Description"),
      permissionsBoundary: parameters.find("PermissionsBoundary"),
      tags: parameters.tags(),
      attached: [],
      inline: [],
    };
    account.roles.push(role);
    return [roleElement(role)];
  },
  ListRoles(account, parameters) {
    const members = account.roles.map((role) => tag("member", roleFields(role)));
    return pageMembers(
      "Roles",
      pageOf(members, parameters.find("Marker") ?? null, account.pageSize),
    );
  },
  GetRole: (account, parameters) => [roleElement(roleOf(account, parameters))],
  UpdateAssumeRolePolicy(account, parameters) {
    roleOf(account, parameters).trust = parameters.get("PolicyDocument");
    return [];
  },
  AttachRolePolicy(account, parameters) {
    const role = roleOf(account, parameters);
    const arn = parameters.get("PolicyArn");
    if (!account.policies.some((policy) => policy.arn === arn)) {
      throw new AwsFailure(
        404,
        "NoSuchEntity",
        `Policy ${arn} does not exist or is not attachable.`,
      );
    }
    role.attached = [...new Set([...role.attached, arn])];
    return [];
  },
  DetachRolePolicy(account, parameters) {
    const role = roleOf(account, parameters);
    const arn = parameters.get("PolicyArn");
    if (!role.attached.includes(arn)) {
      throw new AwsFailure(404, "NoSuchEntity", `Policy ${arn} was not found.`);
    }
    role.attached = role.attached.filter((attached) => attached !== arn);
    return [];
  },
  ListAttachedRolePolicies(account, parameters) {
    const members = roleOf(account, parameters).attached.map((arn) =>
      tag("member", [tag("PolicyName", arn.split("/").at(-1) ?? ""), tag("PolicyArn", arn)]),
    );
    return pageMembers(
      "AttachedPolicies",
      pageOf(members, parameters.find("Marker") ?? null, account.pageSize),
    );
  },
  ListRolePolicies(account, parameters) {
    const members = roleOf(account, parameters).inline.map((name) => tag("member", name));
    return pageMembers(
      "PolicyNames",
      pageOf(members, parameters.find("Marker") ?? null, account.pageSize),
    );
  },
  DeleteRole(account, parameters) {
    const role = roleOf(account, parameters);
    if (role.attached.length > 0 || role.inline.length > 0) {
      throw new AwsFailure(
        409,
        "DeleteConflict",
        "Cannot delete entity, must detach all policies first.",
      );
    }
    account.roles = account.roles.filter((candidate) => candidate !== role);
    return [];
  },
  SimulatePrincipalPolicy(account, parameters) {
    const arn = parameters.get("PolicySourceArn");
    const role = account.roles.find((candidate) => candidate.arn === arn);
    if (role === undefined) throw missing(arn);
    const context = contextOf(parameters);
    const results = parameters
      .list("ActionNames")
      .flatMap((action) =>
        parameters
          .list("ResourceArns")
          .map((resource) =>
            tag("member", [
              tag("EvalActionName", action),
              tag("EvalResourceName", resource),
              tag(
                "EvalDecision",
                isAllowed(account, role, { action, resource, context })
                  ? "allowed"
                  : "implicitDeny",
              ),
            ]),
          ),
      );
    return [tag("EvaluationResults", results), tag("IsTruncated", "false")];
  },
};

function contextOf(parameters: Parameters): Record<string, string[]> {
  const context: Record<string, string[]> = {};
  for (let index = 1; ; index += 1) {
    const entry = `ContextEntries.member.${index}`;
    const key = parameters.find(`${entry}.ContextKeyName`);
    if (key === undefined) return context;
    context[key] = parameters.list(`${entry}.ContextKeyValues`);
  }
}

function roleOf(account: Account, parameters: Parameters): RoleState {
  const name = parameters.get("RoleName");
  const found = account.roles.find((role) => role.name === name);
  if (found === undefined) throw missing(name);
  return found;
}

function missing(name: string): AwsFailure {
  return new AwsFailure(404, "NoSuchEntity", `The role with name ${name} cannot be found.`);
}

function roleElement(role: RoleState): string {
  return tag("Role", [...roleFields(role), tagMembers(role.tags)]);
}

/** What a list of roles tells of each: no tags. */
function roleFields(role: RoleState): string[] {
  return [
    tag("Path", "/"),
    tag("RoleName", role.name),
    tag("RoleId", "AROAEXAMPLE"),
    tag("Arn", role.arn),
    tag("AssumeRolePolicyDocument", encodeURIComponent(role.trust)),
    tag("Description", role.description),
  ];
}
