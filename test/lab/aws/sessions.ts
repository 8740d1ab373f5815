import { randomBytes } from "node:crypto";
import type { AwsAccount } from "./account.ts";
import { isAllowed } from "./policy.ts";
import type { IamView } from "./iam-view.ts";
import type { Answer } from "./proxy.ts";
import { type AwsReply, type AwsRequest, failWith } from "./request.ts";

export interface SessionCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: string;
}

interface Session {
  role: string;
  arn: string;
}

const LIFETIME_MS = 6 * 60 * 60_000;

/** Roles that somebody has assumed, and what they may do with them. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #account: AwsAccount;
  readonly #view: IamView;

  constructor(account: AwsAccount, view: IamView) {
    this.#account = account;
    this.#view = view;
  }

  start(role: string, sessionName: string): SessionCredentials {
    const accessKeyId = `ASIA${randomBytes(8).toString("hex").toUpperCase()}`;
    const arn = `arn:aws:sts::${this.#account.id}:assumed-role/${role}/${sessionName}`;
    this.#sessions.set(accessKeyId, { role, arn });
    return {
      accessKeyId,
      secretAccessKey: randomBytes(20).toString("hex"),
      sessionToken: randomBytes(32).toString("base64"),
      expiration: new Date(Date.now() + LIFETIME_MS).toISOString().replace(/\.\d+Z$/, "Z"),
    };
  }

  /** Lets the operator do everything, and a session what its role's policies allow. */
  readonly authorize: Answer = async (request) => {
    const { accessKeyId, service, action } = request;
    if (accessKeyId === this.#account.operator.accessKeyId) return undefined;
    if (action === "AssumeRoleWithWebIdentity") return undefined;
    const session = accessKeyId === undefined ? undefined : this.#sessions.get(accessKeyId);
    if (session === undefined) return unknownKey(service);
    const role = this.#view.findRole(session.role);
    const question = { action: `${service}:${action}`, ...findResource(request) };
    if (isAllowed(role?.policies ?? [], question)) return undefined;
    const on = question.resource === "*" ? "" : ` on resource: ${question.resource}`;
    return failWith(service, {
      status: 403,
      code: "AccessDenied",
      message: `User: ${session.arn} is not authorized to perform: ${question.action}${on} because no identity-based policy allows the ${question.action} action`,
    });
  };
}

function unknownKey(service: string): AwsReply {
  const message = "The security token included in the request is invalid.";
  const code = service === "eks" ? "UnrecognizedClientException" : "InvalidClientTokenId";
  return failWith(service, { status: 403, code, message });
}

/** The resource and the condition keys that Route 53 fills (its service authorization reference). */
function findResource({ action, path, body }: AwsRequest): {
  resource: string;
  context: Record<string, string[]>;
} {
  const zone = /\/hostedzone\/([^/]+)/.exec(path)?.[1];
  const resource = zone === undefined ? "*" : `arn:aws:route53:::hostedzone/${zone}`;
  if (action !== "ChangeResourceRecordSets") return { resource, context: {} };
  const values = (tag: string): string[] =>
    [...body.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, "g"))].map(([, value = ""]) => value);
  const normal = values("Name").map((name) => name.toLowerCase().replace(/\.$/, ""));
  return {
    resource,
    context: {
      "route53:changeresourcerecordsetsrecordtypes": values("Type"),
      "route53:changeresourcerecordsetsactions": values("Action"),
      "route53:changeresourcerecordsetsnormalizedrecordnames": normal,
    },
  };
}
