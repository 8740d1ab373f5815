import {
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
} from "@aws-sdk/client-iam";
import { CLUSTER_VERSION } from "../build/binaries.ts";
import type { AwsAccount } from "./account.ts";
import type { Clients } from "./clients.ts";
import type { IamView } from "./iam-view.ts";
import { isAllowed } from "./policy.ts";
import type { Answer } from "./proxy.ts";
import { failWith, replyXml } from "./request.ts";

export interface ClusterAnswer {
  endpoint: string;
  /** PEM. */
  ca: string;
}

/** The cluster is the lab's own API server. */
export function answerCluster(account: AwsAccount, find: () => ClusterAnswer | undefined): Answer {
  return async ({ service, action }, forward) => {
    const live = find();
    if (service !== "eks" || action !== "DescribeCluster" || live === undefined) return undefined;
    const reply = await forward();
    if (reply.status !== 200) return reply;
    const { cluster }: { cluster: Record<string, unknown> } = JSON.parse(reply.body.toString());
    const body = {
      cluster: {
        ...cluster,
        status: "ACTIVE",
        version: CLUSTER_VERSION,
        endpoint: live.endpoint,
        certificateAuthority: { data: Buffer.from(live.ca).toString("base64") },
        identity: { oidc: { issuer: account.issuer } },
      },
    };
    return { ...reply, body: JSON.stringify(body) };
  };
}

/** EKS does not know a role yet that IAM has made a moment ago. */
export function answerEarlyAssociation(view: IamView): Answer {
  return async ({ action, body }) => {
    if (action !== "CreatePodIdentityAssociation") return undefined;
    const { roleArn }: { roleArn: string } = JSON.parse(body);
    if (view.findRoleByArn(roleArn) !== undefined) return undefined;
    return failWith("eks", {
      status: 400,
      code: "InvalidParameterException",
      message: "Role provided in the request does not exist.",
    });
  };
}

/** The endpoint attaches policies that are not there. */
export function answerAbsentPolicy({ iam }: Clients): Answer {
  return async ({ action, form }) => {
    if (action !== "AttachRolePolicy") return undefined;
    const PolicyArn = form.get("PolicyArn") ?? "";
    // AWS's own policies are everywhere.
    if (PolicyArn.includes("::aws:policy/")) return undefined;
    try {
      await iam.send(new GetPolicyCommand({ PolicyArn }));
      return undefined;
    } catch (error) {
      if (!(error instanceof Error && error.name.startsWith("NoSuchEntity"))) throw error;
      const message = `Policy ${PolicyArn} does not exist or is not attachable.`;
      return failWith("iam", { status: 404, code: "NoSuchEntity", message });
    }
  };
}

/** The endpoint gives an add-on no version of its own when none was asked for. */
export const answerAddonVersion: Answer = async ({ action }, forward) => {
  if (action !== "DescribeAddon") return undefined;
  const reply = await forward();
  if (reply.status !== 200) return reply;
  const { addon }: { addon: Record<string, unknown> } = JSON.parse(reply.body.toString());
  const addonVersion = addon["addonVersion"] || "v1.0.0-eksbuild.1";
  return { ...reply, body: JSON.stringify({ addon: { ...addon, addonVersion } }) };
};

/** The endpoint knows no SetDefaultPolicyVersion: the version is made again, as the default. */
export function answerDefaultVersion({ iam }: Clients): Answer {
  return async ({ action, form }) => {
    if (action !== "SetDefaultPolicyVersion") return undefined;
    const PolicyArn = form.get("PolicyArn") ?? "";
    const VersionId = form.get("VersionId") ?? "";
    const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
    const PolicyDocument = decodeURIComponent(PolicyVersion?.Document ?? "");
    await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
    await iam.send(
      new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }),
    );
    return replyXml(
      "<SetDefaultPolicyVersionResponse><ResponseMetadata><RequestId>lab</RequestId></ResponseMetadata></SetDefaultPolicyVersionResponse>",
    );
  };
}

/** The endpoint's simulation leaves the context out; ours is the one that decides here anyway. */
export function answerSimulation(view: IamView): Answer {
  return async ({ action, form }) => {
    if (action !== "SimulatePrincipalPolicy") return undefined;
    await view.refresh();
    const role = view.findRoleByArn(form.get("PolicySourceArn") ?? "");
    if (role === undefined) {
      return failWith("iam", {
        status: 404,
        code: "NoSuchEntity",
        message: "The role is not there.",
      });
    }
    const context = Object.fromEntries(
      members(form, "ContextEntries").map((prefix) => [
        (form.get(`${prefix}.ContextKeyName`) ?? "").toLowerCase(),
        members(form, `${prefix}.ContextKeyValues`).map((key) => form.get(key) ?? ""),
      ]),
    );
    const actions = members(form, "ActionNames").map((key) => form.get(key) ?? "");
    const resources = members(form, "ResourceArns").map((key) => form.get(key) ?? "");
    const results = actions.flatMap((name) =>
      (resources.length === 0 ? ["*"] : resources).map((resource) => {
        const allowed = isAllowed(role.policies, { action: name, resource, context });
        const decision = allowed ? "allowed" : "implicitDeny";
        return `<member><EvalActionName>${name}</EvalActionName><EvalResourceName>${resource}</EvalResourceName><EvalDecision>${decision}</EvalDecision></member>`;
      }),
    );
    return replyXml(
      `<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults>${results.join("")}</EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>`,
    );
  };
}

/** `ActionNames.member.1`, `.2`, ...: the distinct prefixes that the form has. */
function members(form: URLSearchParams, name: string): string[] {
  const found = [...form.keys()].flatMap(
    (key) => new RegExp(`^${name.replaceAll(".", "\\.")}\\.member\\.\\d+`).exec(key)?.[0] ?? [],
  );
  return [...new Set(found)];
}
