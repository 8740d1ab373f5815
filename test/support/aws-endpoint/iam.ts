import { type Account, arnOf } from "./account.ts";
import { policyActions } from "./iam-policies.ts";
import { roleActions } from "./iam-roles.ts";
import { Parameters, queryReply, tagMembers } from "./query.ts";
import { AwsFailure, tag, type WireReply, type WireRequest } from "./wire.ts";

type Handler = (account: Account, parameters: Parameters) => string[];

const providerActions: Record<string, Handler> = {
  CreateOpenIDConnectProvider(account, parameters) {
    const url = parameters.get("Url").replace(/^https:\/\//, "");
    if (account.providers.some((provider) => provider.url === url)) {
      throw new AwsFailure(
        409,
        "EntityAlreadyExists",
        `Provider with url https://${url} already exists.`,
      );
    }
    const arn = arnOf(account, "oidc-provider", url);
    const clientIds = parameters.list("ClientIDList");
    account.providers.push({ arn, url, clientIds, tags: parameters.tags() });
    return [tag("OpenIDConnectProviderArn", arn)];
  },
  GetOpenIDConnectProvider(account, parameters) {
    const { url, clientIds, tags } = providerOf(account, parameters);
    const ids = clientIds.map((id) => tag("member", id));
    return [tag("Url", url), tag("ClientIDList", ids), tagMembers(tags)];
  },
  DeleteOpenIDConnectProvider(account, parameters) {
    const provider = providerOf(account, parameters);
    account.providers = account.providers.filter((candidate) => candidate !== provider);
    return [];
  },
};

function providerOf(account: Account, parameters: Parameters) {
  const arn = parameters.get("OpenIDConnectProviderArn");
  const found = account.providers.find((provider) => provider.arn === arn);
  if (found !== undefined) return found;
  throw new AwsFailure(404, "NoSuchEntity", `OpenIDConnect Provider not found for arn ${arn}`);
}

const actions: Record<string, Handler> = { ...policyActions, ...roleActions, ...providerActions };

/** IAM, in the query protocol. */
export function answerIam(account: Account, request: WireRequest): WireReply {
  const handler = actions[request.action];
  if (handler === undefined) {
    throw new AwsFailure(400, "InvalidAction", `Could not find operation ${request.action}`);
  }
  return queryReply(request.action, handler(account, new Parameters(request)));
}
