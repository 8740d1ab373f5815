import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Authority } from "../../support/tls.ts";
import type { AwsAccount, Person } from "../aws/account.ts";
import { type Listening, listenJson } from "../https.ts";

const LIFETIME_MS = 15 * 60_000;
/** aws-iam-authenticator, pkg/token/token.go: `expires > 900` is refused. */
const MAX_EXPIRES_SECONDS = 900;
const PREFIX = "k8s-aws-v1.";
const SIGNED = "host;x-k8s-aws-id";
/** EKS's authenticator refuses any other. */
const PARAMETERS = [
  "Action",
  "Version",
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Date",
  "X-Amz-Expires",
  "X-Amz-Security-Token",
  "X-Amz-Signature",
  "X-Amz-SignedHeaders",
];

/**
 * The API server's authenticator: takes the bearer tokens of EKS, checks them as EKS does
 * (parameters, age, signature over host and cluster name) and makes the operator an administrator.
 */
export function startTokenWebhook(authority: Authority, account: AwsAccount): Promise<Listening> {
  return listenJson(authority, async (body) => ({
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenReview",
    status: await review(body, account),
  }));
}

async function review(body: string, account: AwsAccount) {
  try {
    const { spec }: { spec: { token: string } } = JSON.parse(body);
    const { arn, groups } = await verify(spec.token, account);
    return { authenticated: true, user: { username: arn, groups } };
  } catch (error) {
    return { authenticated: false, error: error instanceof Error ? error.message : "unreadable" };
  }
}

async function verify(token: string, account: AwsAccount): Promise<Person> {
  if (!token.startsWith(PREFIX)) throw new Error("input token was not an EKS token");
  const url = new URL(Buffer.from(token.slice(PREFIX.length), "base64url").toString());
  const query = Object.fromEntries(url.searchParams);
  const unknown = Object.keys(query).find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) throw new Error(`non-whitelisted query parameter ${unknown}`);
  if (url.hostname !== `sts.${account.region}.amazonaws.com`)
    throw new Error(`unexpected hostname ${url.hostname} in pre-signed URL`);
  if (query["Action"] !== "GetCallerIdentity") throw new Error("unexpected action parameter");
  if (query["X-Amz-SignedHeaders"] !== SIGNED)
    throw new Error("client did not sign the x-k8s-aws-id header in the pre-signed URL");
  const signedAt = parseDate(query["X-Amz-Date"] ?? "");
  const expires = query["X-Amz-Expires"] ?? "";
  if (!/^\d+$/.test(expires) || Number(expires) > MAX_EXPIRES_SECONDS)
    throw new Error(`invalid X-Amz-Expires parameter in pre-signed URL: ${expires}`);
  if (Date.now() > signedAt.getTime() + LIFETIME_MS)
    throw new Error("X-Amz-Date parameter is expired (15 minute expiration)");
  const [key] = (query["X-Amz-Credential"] ?? "").split("/");
  const people = [account.operator, account.colleague, account.reader];
  const person = people.find((one) => one.accessKeyId === key);
  if (person === undefined) throw new Error("the security token is invalid");
  if (query["X-Amz-Signature"] !== (await sign(account, person, url.hostname, query, signedAt)))
    throw new Error("the signature does not match, or the token is for another cluster");
  return person;
}

async function sign(
  { region, cluster }: AwsAccount,
  { accessKeyId, secretAccessKey }: Person,
  hostname: string,
  query: Record<string, string>,
  signedAt: Date,
): Promise<unknown> {
  const signer = new SignatureV4({
    service: "sts",
    region,
    credentials: { accessKeyId, secretAccessKey },
    sha256: Sha256,
  });
  const signed = await signer.presign(
    {
      method: "GET",
      protocol: "https:",
      hostname,
      path: "/",
      query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
      headers: { host: hostname, "x-k8s-aws-id": cluster },
    },
    { expiresIn: Number(query["X-Amz-Expires"]), signingDate: signedAt },
  );
  return signed.query?.["X-Amz-Signature"];
}

function parseDate(text: string): Date {
  return new Date(text.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}
