/** Credentials that sign requests, as the SDK's providers give them. */
export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/** `expiresAt`: 14 minutes after the signing, or when the credentials end. */
export interface EksToken {
  /** A password: never in argv, logs or errors. */
  token: string;
  expiresAt: Date;
}

/** EKS refuses tokens older than 15 minutes; the AWS CLI reports 14. */
const LIFETIME_MS = 14 * 60_000;
const SIGNATURE_SECONDS = 60;

/**
 * The bearer token of an EKS cluster: a presigned GetCallerIdentity that names the cluster in a
 * signed header. It is always signed for the region's own STS host, which EKS calls itself, and
 * ends earlier than 14 minutes if the credentials do.
 */
export async function createEksToken(request: {
  clusterName: string;
  region: string;
  credentials: AwsCredentials;
  now: Date;
}): Promise<EksToken> {
  const { clusterName, region, credentials, now } = request;
  const [{ SignatureV4 }, { Sha256 }, hostname] = await Promise.all([
    import("@smithy/signature-v4"),
    import("@smithy/core/checksum"),
    findStsHost(region),
  ]);
  const signer = new SignatureV4({ service: "sts", region, credentials, sha256: Sha256 });
  const { query } = await signer.presign(
    {
      method: "GET",
      protocol: "https:",
      hostname,
      path: "/",
      query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
      headers: { host: hostname, "x-k8s-aws-id": clusterName },
    },
    { expiresIn: SIGNATURE_SECONDS, signingDate: now },
  );
  const url = `https://${hostname}/?${formatQuery(query ?? {})}`;
  const expiresAt = new Date(now.getTime() + LIFETIME_MS);
  const { expiration } = credentials;
  return {
    token: `k8s-aws-v1.${Buffer.from(url).toString("base64url")}`,
    expiresAt: expiration !== undefined && expiration < expiresAt ? expiration : expiresAt,
  };
}

/** From the SDK's own endpoint rules, so that every partition has its domain. */
async function findStsHost(region: string): Promise<string> {
  const { STSClient } = await import("./sdk/sts.ts");
  const client = new STSClient({ region });
  try {
    const { url } = client.config.endpointProvider({
      Region: region,
      UseDualStack: false,
      UseFIPS: false,
      UseGlobalEndpoint: false,
    });
    return url.host;
  } finally {
    client.destroy();
  }
}

/** The order in which the AWS CLI writes them; the order is not part of the signature. */
const PARAMETERS = [
  "Action",
  "Version",
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Date",
  "X-Amz-Expires",
  "X-Amz-SignedHeaders",
  "X-Amz-Security-Token",
  "X-Amz-Signature",
];

/** EKS's authenticator refuses a token with any other parameter, so an unknown one is a bug. */
function formatQuery(query: Record<string, unknown>): string {
  const unknown = Object.keys(query).filter((name) => !PARAMETERS.includes(name));
  if (unknown.length > 0)
    throw new Error(`The signer added ${unknown.join(", ")} to an EKS token.`);
  return PARAMETERS.flatMap((name) => {
    const value = query[name];
    return typeof value === "string" ? [`${name}=${escapeStrictly(value)}`] : [];
  }).join("&");
}

/** RFC 3986, as the signature is computed: also `!'()*`. */
function escapeStrictly(value: string): string {
  return encodeURIComponent(value).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
