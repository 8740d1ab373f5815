/** One call of an AWS service, as it came over the wire. */
export interface AwsRequest {
  service: string;
  action: string | undefined;
  accessKeyId: string | undefined;
  method: string;
  url: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  /** Parameters of the Query services (STS, IAM). */
  form: URLSearchParams;
}

export interface AwsReply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer | string;
}

type Rest = readonly (readonly [method: string, path: RegExp, action: string])[];

const zone = /^\/2013-04-01\/hostedzone\/[^/]+$/;
const records = /^\/2013-04-01\/hostedzone\/[^/]+\/rrset\/?$/;
const addon = /^\/clusters\/[^/]+\/addons\/[^/]+$/;
const associations = /\/pod-identity-associations$/;
const association = /\/pod-identity-associations\/[^/]+$/;

/** The REST services say what is meant by method and path. */
const REST: Record<string, Rest> = {
  eks: [
    ["POST", /^\/clusters$/, "CreateCluster"],
    ["GET", /^\/clusters$/, "ListClusters"],
    ["GET", /^\/clusters\/[^/]+$/, "DescribeCluster"],
    ["GET", /\/addons$/, "ListAddons"],
    ["POST", /\/addons$/, "CreateAddon"],
    ["GET", addon, "DescribeAddon"],
    ["DELETE", addon, "DeleteAddon"],
    ["GET", associations, "ListPodIdentityAssociations"],
    ["POST", associations, "CreatePodIdentityAssociation"],
    ["GET", association, "DescribePodIdentityAssociation"],
    ["POST", association, "UpdatePodIdentityAssociation"],
    ["DELETE", association, "DeletePodIdentityAssociation"],
  ],
  route53: [
    ["POST", /^\/2013-04-01\/hostedzone$/, "CreateHostedZone"],
    ["GET", /^\/2013-04-01\/hostedzone$/, "ListHostedZones"],
    ["GET", /^\/2013-04-01\/hostedzonesbyname$/, "ListHostedZonesByName"],
    ["GET", zone, "GetHostedZone"],
    ["POST", records, "ChangeResourceRecordSets"],
    ["GET", records, "ListResourceRecordSets"],
    ["GET", /\/change\/[^/]+$/, "GetChange"],
  ],
};

/** What a call is about, by its signature's scope, its path and its form. */
export function identify(
  call: Pick<AwsRequest, "method" | "url" | "headers" | "body">,
): AwsRequest {
  const { pathname, searchParams } = new URL(call.url, "http://localhost");
  const header = String(call.headers["authorization"] ?? "");
  const scope =
    /Credential=([^,]+)/.exec(header)?.[1] ?? searchParams.get("X-Amz-Credential") ?? "";
  const [accessKeyId, , , signedFor = ""] = scope.split("/");
  const isForm = String(call.headers["content-type"]).includes("form-urlencoded");
  const form = isForm ? new URLSearchParams(call.body) : searchParams;
  // AssumeRoleWithWebIdentity is the one call that nobody signs.
  const service = signedFor === "" && form.has("WebIdentityToken") ? "sts" : signedFor;
  const rest = REST[service]?.find(
    ([method, path]) => method === call.method && path.test(pathname),
  );
  const action = rest?.[2] ?? form.get("Action") ?? undefined;
  return { ...call, service, action, accessKeyId: accessKeyId || undefined, path: pathname, form };
}

export interface AwsFailure {
  status: number;
  code: string;
  message?: string;
}

/** A failure in the service's own wire format. */
export function failWith(service: string, failure: AwsFailure): AwsReply {
  const { status, code, message = code } = failure;
  if (service === "eks") {
    const headers = { "content-type": "application/json", "x-amzn-errortype": code };
    return { status, headers, body: JSON.stringify({ message }) };
  }
  const error = `<Error><Type>Sender</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error>`;
  return replyXml(`<ErrorResponse>${error}<RequestId>lab</RequestId></ErrorResponse>`, status);
}

export function replyXml(body: string, status = 200): AwsReply {
  return { status, headers: { "content-type": "text/xml" }, body };
}

export function escapeXml(text: string): string {
  return text.replaceAll(/[<>&]/g, (found) => `&#${found.charCodeAt(0)};`);
}
