import type { AwsAccount } from "./account.ts";
import type { IamView } from "./iam-view.ts";
import { isTrusted } from "./policy.ts";
import type { Answer } from "./proxy.ts";
import { type AwsReply, failWith, replyXml } from "./request.ts";
import type { Sessions } from "./sessions.ts";
import { readWebToken } from "./web-token.ts";

const ACTION = "sts:AssumeRoleWithWebIdentity";

/**
 * IRSA: the token must be the cluster's, its issuer a known provider that takes its audience, and
 * the role must trust it.
 */
export function answerWebIdentity(
  account: AwsAccount,
  view: IamView,
  sessions: Sessions,
  publicKey: () => string,
): Answer {
  return async ({ action, form }) => {
    if (action !== "AssumeRoleWithWebIdentity") return undefined;
    const roleArn = form.get("RoleArn") ?? "";
    const sessionName = form.get("RoleSessionName") ?? "session";
    const claims = readClaims(form.get("WebIdentityToken") ?? "", publicKey());
    if (claims === undefined) {
      return deny(
        "InvalidIdentityToken",
        "Couldn't retrieve verification key from your identity provider",
      );
    }
    const issuer = claims.iss.replace(/^https:\/\//, "");
    const provider = view.findProvider(issuer);
    if (provider === undefined) {
      return deny(
        "InvalidIdentityToken",
        `No OpenIDConnect provider found in your account for ${claims.iss}`,
      );
    }
    if (!claims.aud.some((audience) => provider.clientIds.includes(audience))) {
      return deny("InvalidIdentityToken", "Incorrect token audience");
    }
    const role = view.findRoleByArn(roleArn);
    const principal = {
      kind: "Federated",
      name: `arn:aws:iam::${account.id}:oidc-provider/${issuer}`,
    } as const;
    const context = {
      [`${issuer}:sub`.toLowerCase()]: [claims.sub],
      [`${issuer}:aud`.toLowerCase()]: claims.aud,
    };
    if (role === undefined || !isTrusted(role.trust, principal, [ACTION], context)) {
      return deny("AccessDenied", `Not authorized to perform ${ACTION}`, 403);
    }
    return replyCredentials(role.arn, sessionName, sessions.start(role.name, sessionName));
  };
}

function readClaims(token: string, publicKey: string) {
  try {
    return readWebToken(token, publicKey);
  } catch {
    return undefined;
  }
}

const deny = (code: string, message: string, status = 400): AwsReply =>
  failWith("sts", { status, code, message });

function replyCredentials(
  roleArn: string,
  sessionName: string,
  credentials: ReturnType<Sessions["start"]>,
): AwsReply {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
  const user = `${roleArn.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")}/${sessionName}`;
  return replyXml(
    `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>` +
      `<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey>` +
      `<SessionToken>${sessionToken}</SessionToken><Expiration>${expiration}</Expiration></Credentials>` +
      `<AssumedRoleUser><Arn>${user}</Arn><AssumedRoleId>AROALAB:${sessionName}</AssumedRoleId></AssumedRoleUser>` +
      `</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
  );
}
