import { CreateAddonCommand, CreateClusterCommand } from "@aws-sdk/client-eks";
import { CreateHostedZoneCommand } from "@aws-sdk/client-route-53";
import { findFreePorts } from "../ports.ts";
import { type Processes, untilReady } from "../process.ts";
import type { AwsAccount } from "./account.ts";
import { type Clients, createClients } from "./clients.ts";
import {
  answerAbsentPolicy,
  answerAddonVersion,
  answerCluster,
  answerDefaultVersion,
  answerEarlyAssociation,
  answerSimulation,
  type ClusterAnswer,
} from "./gaps.ts";
import { IamView } from "./iam-view.ts";
import { startPodCredentials } from "./pod-credentials.ts";
import { type AwsProxy, startProxy } from "./proxy.ts";
import { Sessions } from "./sessions.ts";
import { answerWebIdentity } from "./web-identity.ts";

export interface Aws {
  proxy: AwsProxy;
  clients: Clients;
  view: IamView;
  /** Where pods get credentials. */
  credentialsUrl: string;
  zone: { id: string; nameServers: string[] };
  /** Known once there is a control plane. */
  live: { cluster?: ClusterAnswer; serviceAccountKey?: string };
  /** Set to have the next new pods get no identity, until it is taken back. */
  missesPods: boolean;
  /** Empties the account, of what the lab put there too. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export interface AwsOptions {
  processes: Processes;
  /** The endpoint's program. */
  program: string;
  account: AwsAccount;
  /** How long IAM takes to mean what was written. */
  iamDelayMs: number;
}

/** STS, IAM, EKS and Route 53: the endpoint, the proxy in front of it, and what is in the account. */
export async function startAws(options: AwsOptions): Promise<Aws> {
  const { account, iamDelayMs } = options;
  const upstream = await startEndpoint(options);
  const clients = createClients(account, upstream);
  const view = new IamView(clients, account, iamDelayMs);
  const sessions = new Sessions(account, view);
  const live: Aws["live"] = {};
  const publicKey = () => live.serviceAccountKey ?? "";
  const zone = await seed(clients, account);
  const proxy = await startProxy(upstream);
  proxy.answers.push(
    sessions.authorize,
    answerWebIdentity(account, view, sessions, publicKey),
    answerCluster(account, () => live.cluster),
    answerEarlyAssociation(view),
    answerAbsentPolicy(clients),
    answerAddonVersion,
    answerDefaultVersion(clients),
    answerSimulation(view),
  );
  proxy.onSuccess.push((request) => view.noticeWrite(request));
  const pods = await startPodCredentials(account, view, sessions, publicKey);
  const close = async (): Promise<void> => {
    clients.close();
    await Promise.all([proxy.close(), pods.close()]);
  };
  const reset = async (): Promise<void> => {
    const { ok } = await fetch(`${upstream}/_ministack/reset`, { method: "POST" });
    if (!ok) throw new Error("the AWS endpoint was not emptied");
  };
  const missesPods = false;
  return { proxy, clients, view, credentialsUrl: pods.url, zone, live, missesPods, reset, close };
}

async function startEndpoint({ processes, program, account }: AwsOptions): Promise<string> {
  const [port = 0] = await findFreePorts(1);
  const upstream = `http://127.0.0.1:${port}`;
  const part = processes.start({
    name: "aws",
    command: program,
    args: [],
    env: {
      ...process.env,
      GATEWAY_PORT: String(port),
      BIND_HOST: "127.0.0.1",
      MINISTACK_HOST: "127.0.0.1",
      SERVICES: "sts,iam,eks,route53",
      SFTP_ENABLED: "0",
      IOT_MTLS_ENABLED: "0",
      MINISTACK_ACCOUNT_ID: account.id,
      AWS_EC2_METADATA_DISABLED: "true",
    },
  });
  await untilReady(part, async () => {
    const { ok } = await fetch(`${upstream}/_ministack/health`);
    return ok ? true : undefined;
  });
  return upstream;
}

/** One cluster with the Pod Identity agent, and one public zone. */
async function seed({ eks, route53 }: Clients, account: AwsAccount): Promise<Aws["zone"]> {
  await eks.send(
    new CreateClusterCommand({
      name: account.cluster,
      roleArn: `arn:aws:iam::${account.id}:role/eks`,
      resourcesVpcConfig: { subnetIds: ["subnet-1", "subnet-2"] },
    }),
  );
  await eks.send(
    new CreateAddonCommand({
      clusterName: account.cluster,
      addonName: "eks-pod-identity-agent",
      addonVersion: "v1.3.10-eksbuild.1",
    }),
  );
  const made = await route53.send(
    new CreateHostedZoneCommand({ Name: account.zone, CallerReference: account.issuer }),
  );
  const nameServers = (made.DelegationSet?.NameServers ?? []).map((name) =>
    name.toLowerCase().replace(/\.$/, ""),
  );
  return { id: (made.HostedZone?.Id ?? "").replace("/hostedzone/", ""), nameServers };
}
