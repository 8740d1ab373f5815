import {
  CreateOpenIDConnectProviderCommand,
  CreatePolicyVersionCommand,
  DeleteOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { at, list, strings } from "../../../src/sandbox/fields.ts";
import type { Lab } from "../lab.ts";

/** Changes one real thing of an installation; the answer takes it back. */
export type Change = (lab: Lab) => Promise<() => Promise<unknown>>;

const NAMESPACE = "external-dns";
const CLUSTER_ROLES = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
export const DEPLOYMENT = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/external-dns`;

/** The role trusts a ServiceAccount of another namespace. */
export const trustOther: Change = async (lab) => {
  const { iam } = lab.aws.clients;
  const RoleName = await findRole(lab);
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  const trust = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "");
  const write = async (PolicyDocument: string) => {
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
    await lab.aws.view.refresh();
  };
  await write(replace(trust, `system:serviceaccount:${NAMESPACE}:`, "system:serviceaccount:shop:"));
  return () => write(trust);
};

/** The cluster's OIDC provider takes tokens for another service than STS. */
export const dropAudience: Change = async ({ aws, account: { id, issuer } }) => {
  const { iam } = aws.clients;
  const arn = `arn:aws:iam::${id}:oidc-provider/${issuer.replace("https://", "")}`;
  const makeFor = async (audience: string) => {
    await iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }));
    const provider = { Url: issuer, ClientIDList: [audience] };
    await iam.send(new CreateOpenIDConnectProviderCommand(provider));
    await aws.view.refresh();
  };
  await makeFor("sts.example.com");
  return () => makeFor("sts.amazonaws.com");
};

/** The role's policy allows every call but the one that writes records. */
export const forbidWrites: Change = async (lab) => {
  const { iam } = lab.aws.clients;
  const RoleName = await findRole(lab);
  const { AttachedPolicies = [] } = await iam.send(
    new ListAttachedRolePoliciesCommand({ RoleName }),
  );
  const PolicyArn = AttachedPolicies[0]?.PolicyArn;
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const VersionId = Policy?.DefaultVersionId;
  const read = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
  const document = decodeURIComponent(read.PolicyVersion?.Document ?? "");
  const write = async (PolicyDocument: string) => {
    const version = { PolicyArn, PolicyDocument, SetAsDefault: true };
    await iam.send(new CreatePolicyVersionCommand(version));
    await lab.aws.view.refresh();
  };
  await write(replace(document, "route53:ChangeResourceRecordSets", "route53:GetChange"));
  return () => write(document);
};

/** ExternalDNS may not read routes; it says so at the debug level, and otherwise is silent for a minute. */
export const hideRoutes: Change = async (lab) => {
  const { client } = lab.controlPlane;
  const path = `${CLUSTER_ROLES}/external-dns`;
  const rules = list((await client.get(path))?.["rules"]);
  const others = rules.filter((rule) => !strings(rule["resources"]).includes("httproutes"));
  if (others.length === rules.length) throw new Error(`no rule of ${path} is about httproutes`);
  await client.patch(path, { rules: others });
  const beQuiet = await rewriteArguments((args) => swap(args, "--log-level=", "debug"))(lab);
  return async () => {
    await client.patch(path, { rules });
    await beQuiet();
  };
};

export const passUnknownFlag = rewriteArguments((args) => [...args, "--gateway-nmae=gateway-tls"]);

export const chooseGoogle = rewriteArguments((args) => swap(args, "--provider=", "google"));

/** The arguments of ExternalDNS's container. */
function rewriteArguments(rewrite: (args: string[]) => string[]): Change {
  return async ({ controlPlane: { client } }) => {
    const deployment = await client.get(DEPLOYMENT);
    const containers = list(at(deployment, "spec", "template", "spec", "containers"));
    const write = (given: unknown) =>
      client.patch(DEPLOYMENT, { spec: { template: { spec: { containers: given } } } });
    const [first, ...rest] = containers;
    await write([{ ...first, args: rewrite(strings(first?.["args"])) }, ...rest]);
    return () => write(containers);
  };
}

function swap(args: readonly string[], flag: string, value: string): string[] {
  if (!args.some((arg) => arg.startsWith(flag))) throw new Error(`ExternalDNS has no ${flag}`);
  return args.map((arg) => (arg.startsWith(flag) ? `${flag}${value}` : arg));
}

function replace(document: string, from: string, to: string): string {
  if (!document.includes(from)) throw new Error(`${from} is not in ${document}`);
  return document.replaceAll(from, to);
}

async function findRole({ controlPlane: { client } }: Lab): Promise<string> {
  const accounts = await client.list(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts`);
  const arns = accounts.map(({ metadata }) => metadata.annotations?.["eks.amazonaws.com/role-arn"]);
  const name = arns
    .find((arn) => arn !== undefined)
    ?.split("/")
    .at(-1);
  if (name === undefined) throw new Error("no ServiceAccount of ExternalDNS names a role");
  return name;
}
