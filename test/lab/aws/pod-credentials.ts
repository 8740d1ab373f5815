import type { IncomingMessage } from "node:http";
import { listenHttp, type Listening } from "../https.ts";
import type { AwsAccount } from "./account.ts";
import type { IamView } from "./iam-view.ts";
import { isTrusted } from "./policy.ts";
import type { SessionCredentials, Sessions } from "./sessions.ts";
import { readWebToken } from "./web-token.ts";

interface Answered {
  status: number;
  body: unknown;
}

/**
 * What a pod on EKS asks for credentials: the Pod Identity agent (`/v1/credentials`, with the
 * pod's token) and the node's instance metadata, which hands out the node's own role.
 */
export function startPodCredentials(
  account: AwsAccount,
  view: IamView,
  sessions: Sessions,
  publicKey: () => string,
): Promise<Listening> {
  const answer = (request: IncomingMessage): Answered => {
    const path = request.url ?? "/";
    if (path === "/v1/credentials") {
      return answerAgent(account, view, sessions, () =>
        readWebToken(request.headers.authorization ?? "", publicKey()),
      );
    }
    return answerMetadata(account, sessions, path);
  };
  return listenHttp((request, response) => {
    const { status, body } = answer(request);
    const isText = typeof body === "string";
    response.writeHead(status, {
      "content-type": isText ? "text/plain" : "application/json",
      "x-aws-ec2-metadata-token-ttl-seconds": "21600",
    });
    response.end(isText ? body : JSON.stringify(body));
  });
}

function answerAgent(
  account: AwsAccount,
  view: IamView,
  sessions: Sessions,
  readToken: () => ReturnType<typeof readWebToken>,
): Answered {
  let subject: string;
  try {
    subject = readToken().sub;
  } catch (error) {
    return {
      status: 400,
      body: `[token]: ${error instanceof Error ? error.message : "unreadable"}`,
    };
  }
  const [, , namespace = "", serviceAccount = ""] = subject.split(":");
  const association = view.findAssociation(namespace, serviceAccount);
  if (association === undefined) {
    return { status: 404, body: `(ResourceNotFoundException): No association for ${subject}` };
  }
  const role = view.findRoleByArn(association.roleArn);
  const context = {
    "aws:sourceaccount": [account.id],
    "aws:requesttag/eks-cluster-name": [account.cluster],
    "aws:requesttag/kubernetes-namespace": [namespace],
    "aws:requesttag/kubernetes-service-account": [serviceAccount],
  };
  const principal = { kind: "Service", name: "pods.eks.amazonaws.com" } as const;
  const actions = ["sts:AssumeRole", "sts:TagSession"];
  if (role === undefined || !isTrusted(role.trust, principal, actions, context)) {
    const why =
      "Unauthorized Exception! EKS does not have permissions to assume the associated role.";
    return { status: 400, body: `(AccessDeniedException): ${why}` };
  }
  const credentials = sessions.start(role.name, `eks-${account.cluster}-${serviceAccount}`);
  return { status: 200, body: wireOf(credentials, account.id) };
}

function answerMetadata({ nodeRole, id }: AwsAccount, sessions: Sessions, path: string): Answered {
  const credentials = "/latest/meta-data/iam/security-credentials/";
  if (path === "/latest/api/token") return { status: 200, body: "lab" };
  if (path === credentials) return { status: 200, body: nodeRole };
  if (path === `${credentials}${nodeRole}`) {
    const session = sessions.start(nodeRole, "i-0123456789abcdef0");
    return { status: 200, body: { Code: "Success", ...wireOf(session, id) } };
  }
  return { status: 404, body: "not found" };
}

function wireOf(credentials: SessionCredentials, account: string): Record<string, string> {
  return {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    Token: credentials.sessionToken,
    Expiration: credentials.expiration,
    AccountId: account,
  };
}
