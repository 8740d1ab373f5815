import { type Account, arnOf, type PolicyState } from "./account.ts";
import { pageMembers, type Parameters, tagMembers } from "./query.ts";
import { AwsFailure, pageOf, tag } from "./wire.ts";

type Handler = (account: Account, parameters: Parameters) => string[];

const MOST_VERSIONS = 5;

export const policyActions: Record<string, Handler> = {
  CreatePolicy(account, parameters) {
    const name = parameters.get("PolicyName");
    if (account.policies.some((policy) => policy.name === name)) {
      throw new AwsFailure(
        409,
        "EntityAlreadyExists",
        `A policy called ${name} already exists. Duplicate names are not allowed.`,
      );
    }
    const document = parameters.get("PolicyDocument");
    const policy = {
      arn: arnOf(account, "policy", name),
      name,
      tags: parameters.tags(),
      versions: [{ id: "v1", document, isDefault: true }],
      created: 1,
    };
    account.policies.push(policy);
    return [policyElement(account, policy)];
  },
  GetPolicy: (account, parameters) => [policyElement(account, policyOf(account, parameters))],
  GetPolicyVersion(account, parameters) {
    const id = parameters.get("VersionId");
    const version = policyOf(account, parameters).versions.find((candidate) => candidate.id === id);
    if (version === undefined) throw missing(`Policy version ${id}`);
    return [versionElement(version, "PolicyVersion")];
  },
  ListPolicyVersions(account, parameters) {
    const { versions } = policyOf(account, parameters);
    const newestFirst = versions.toReversed().map((version) => versionElement(version, "member"));
    return pageMembers(
      "Versions",
      pageOf(newestFirst, parameters.find("Marker") ?? null, account.pageSize),
    );
  },
  CreatePolicyVersion(account, parameters) {
    const policy = policyOf(account, parameters);
    if (policy.versions.length >= MOST_VERSIONS) {
      throw new AwsFailure(
        409,
        "LimitExceeded",
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
      );
    }
    policy.created += 1;
    const isDefault = parameters.find("SetAsDefault") === "true";
    const version = {
      id: `v${policy.created}`,
      document: parameters.get("PolicyDocument"),
      isDefault,
    };
    policy.versions.push(version);
    return [versionElement(version, "PolicyVersion")];
  },
  SetDefaultPolicyVersion(account, parameters) {
    const id = parameters.get("VersionId");
    const { versions } = policyOf(account, parameters);
    if (!versions.some((version) => version.id === id)) throw missing(`Policy version ${id}`);
    for (const version of versions) version.isDefault = version.id === id;
    return [];
  },
  DeletePolicyVersion(account, parameters) {
    const policy = policyOf(account, parameters);
    const id = parameters.get("VersionId");
    if (policy.versions.some((version) => version.id === id && version.isDefault)) {
      throw new AwsFailure(409, "DeleteConflict", "Cannot delete the default version of a policy.");
    }
    policy.versions = policy.versions.filter((version) => version.id !== id);
    return [];
  },
  DeletePolicy(account, parameters) {
    const policy = policyOf(account, parameters);
    if (holdersOf(account, policy).length > 0) {
      throw new AwsFailure(409, "DeleteConflict", "Cannot delete a policy attached to entities.");
    }
    if (policy.versions.length > 1) {
      throw new AwsFailure(
        409,
        "DeleteConflict",
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
      );
    }
    account.policies = account.policies.filter((candidate) => candidate !== policy);
    return [];
  },
  ListEntitiesForPolicy(account, parameters) {
    const roles = holdersOf(account, policyOf(account, parameters));
    return [
      tag("PolicyGroups", []),
      tag("PolicyUsers", []),
      tag(
        "PolicyRoles",
        roles.map(({ name }) => tag("member", [tag("RoleName", name)])),
      ),
      tag("IsTruncated", "false"),
    ];
  },
};

function policyOf(account: Account, parameters: Parameters): PolicyState {
  const arn = parameters.get("PolicyArn");
  const found = account.policies.find((policy) => policy.arn === arn);
  if (found === undefined) throw missing(`Policy ${arn}`);
  return found;
}

function missing(what: string): AwsFailure {
  return new AwsFailure(404, "NoSuchEntity", `${what} does not exist or is not attachable.`);
}

const holdersOf = (account: Account, { arn }: PolicyState) =>
  account.roles.filter(({ attached }) => attached.includes(arn));

function policyElement(account: Account, policy: PolicyState): string {
  const standard = policy.versions.find(({ isDefault }) => isDefault);
  return tag("Policy", [
    tag("PolicyName", policy.name),
    tag("Arn", policy.arn),
    tag("DefaultVersionId", standard?.id ?? ""),
    tag("AttachmentCount", String(holdersOf(account, policy).length)),
    tagMembers(policy.tags),
  ]);
}

function versionElement(version: PolicyState["versions"][number], name: string): string {
  return tag(name, [
    tag("VersionId", version.id),
    tag("IsDefaultVersion", String(version.isDefault)),
    tag("Document", encodeURIComponent(version.document)),
  ]);
}
