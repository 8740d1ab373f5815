import type { Account } from "./account.ts";
import { queryReply } from "./query.ts";
import { AwsFailure, tag, type WireReply, type WireRequest } from "./wire.ts";

/** STS, in the query protocol. */
export function answerSts({ caller }: Account, { action }: WireRequest): WireReply {
  if (action !== "GetCallerIdentity") {
    throw new AwsFailure(400, "InvalidAction", `Could not find operation ${action}`);
  }
  return queryReply(action, [
    tag("Arn", caller.arn),
    tag("UserId", "AIDAEXAMPLE"),
    tag("Account", caller.account),
  ]);
}
