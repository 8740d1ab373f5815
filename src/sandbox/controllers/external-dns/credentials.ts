import { UserError } from "../../../errors.ts";
import type { KubernetesObject } from "../../../ports/kubernetes.ts";
import { isAllowed, isTrusted } from "../../aws/policy-check.ts";
import { at, list, text } from "../../fields.ts";
import type { Simulation } from "../../simulation.ts";
import type { StoredRole } from "../../world-state.ts";

/** The role that a Pod's calls to AWS are made with, or why none can be assumed. */
export type Credentials = { role: StoredRole } | { denied: string };

const NODE_ROLE = "demo-node-role";

/** What the AWS SDK in a Pod finds: its injected identity, else the node's role. */
export function credentialsOf(simulation: Simulation, pod: KubernetesObject): Credentials {
  const [container] = list(at(pod, "spec", "containers"));
  const env = (name: string): string =>
    text(list(container?.["env"]).find((one) => one["name"] === name)?.["value"]);
  if (env("AWS_ROLE_ARN") !== "") return assumeWithToken(simulation, pod, env("AWS_ROLE_ARN"));
  if (env("AWS_CONTAINER_CREDENTIALS_FULL_URI") !== "") return assumeFromAgent(simulation, pod);
  return { denied: nodeRoleDenied(simulation) };
}

function accountOf(pod: KubernetesObject): string {
  return text(at(pod, "spec", "serviceAccountName"));
}

function assumeWithToken(simulation: Simulation, pod: KubernetesObject, arn: string): Credentials {
  const { aws } = simulation.state;
  const role = Object.values(aws.roles).find((one) => one.arn === arn);
  const [cluster] = Object.values(aws.clusters);
  const issuer = (cluster?.oidcIssuer ?? "").replace(/^https:\/\//, "");
  const provider = Object.values(aws.oidcProviders).find(({ url }) => url === issuer);
  const subject = `system:serviceaccount:${pod.metadata.namespace ?? ""}:${accountOf(pod)}`;
  const context = {
    [`${issuer}:sub`]: [subject],
    [`${issuer}:aud`]: ["sts.amazonaws.com"],
  };
  const trusted =
    role !== undefined &&
    provider?.clientIds.includes("sts.amazonaws.com") === true &&
    isTrusted(role.trust, {
      action: "sts:AssumeRoleWithWebIdentity",
      principal: { type: "Federated", value: provider.arn },
      context,
    });
  if (trusted && !simulation.hasFault("identity-denied")) return { role };
  const denied =
    "get credentials: failed to refresh cached credentials, failed to retrieve credentials, operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 403, api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity";
  return { denied };
}

function assumeFromAgent(simulation: Simulation, pod: KubernetesObject): Credentials {
  const { aws } = simulation.state;
  const { namespace = "" } = pod.metadata;
  const association = aws.associations.find(
    (one) => one.namespace === namespace && one.serviceAccount === accountOf(pod),
  );
  const role = Object.values(aws.roles).find(({ arn }) => arn === association?.roleArn);
  const trusts = (action: string): boolean =>
    role !== undefined &&
    isTrusted(role.trust, {
      action,
      principal: { type: "Service", value: "pods.eks.amazonaws.com" },
      context: {
        "aws:SourceAccount": [aws.account],
        "aws:SourceArn": [aws.clusters[association?.cluster ?? ""]?.arn ?? ""],
        "aws:RequestTag/eks-cluster-name": [association?.cluster ?? ""],
        "aws:RequestTag/eks-cluster-arn": [aws.clusters[association?.cluster ?? ""]?.arn ?? ""],
        "aws:RequestTag/kubernetes-namespace": [namespace],
        "aws:RequestTag/kubernetes-service-account": [accountOf(pod)],
      },
    });
  const trusted = trusts("sts:AssumeRole") && trusts("sts:TagSession");
  if (role !== undefined && trusted && !simulation.hasFault("identity-denied")) return { role };
  const denied =
    "get credentials: failed to refresh cached credentials, failed to load credentials, : [AccessDeniedException]: Unauthorized Exception! EKS does not have permissions to assume the associated role";
  return { denied };
}

/** Throws `denied` words unless the role may do it. */
export function authorize(
  simulation: Simulation,
  role: StoredRole,
  request: { action: string; resource: string; context?: Record<string, string[]> },
): void {
  if (isAllowed(simulation.state.aws, role, request)) return;
  const user = `arn:aws:sts::${simulation.state.aws.account}:assumed-role/${role.name}/eks-demo-external-dns`;
  throw new UserError("GT-AWS-DENIED", deniedText(user, request.action));
}

function nodeRoleDenied({ state }: Simulation): string {
  const user = `arn:aws:sts::${state.aws.account}:assumed-role/${NODE_ROLE}/i-0a1b2c3d4e5f60718`;
  return deniedText(user, "route53:ListHostedZones");
}

function deniedText(user: string, action: string): string {
  const call = action.split(":")[1] ?? "";
  return `operation error Route 53: ${call}, https response error StatusCode: 403, api error AccessDenied: User: ${user} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`;
}
