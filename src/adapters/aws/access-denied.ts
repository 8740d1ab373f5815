import type { Description, Failure } from "./failure.ts";

/** `User: <arn> is not authorized to perform: <action> on resource: <resource> because ...`. */
const ACTION = /not authorized to perform:? ([a-z0-9-]+:[A-Za-z0-9*]+)/;
const RESOURCE = /on resource:? (.+?)(?: because | with an explicit deny |[\s.]*$)/;
const CALLER = /User: (arn:([a-z-]+):[a-z]+::(\d{12}):\S+)/;
const ORGANIZATION = /(service|resource) control policy(?:: (arn:\S+))?/;
const EXPLICIT = /with an explicit deny in an? ([a-z -]+?)(?:: (arn:\S+?))?[\s.]*$/;

/** Who may not do what, why, and the exact statement to ask for. */
export function describeDenial({ text, operation }: Failure): Description {
  const action = ACTION.exec(text)?.[1] ?? operation.action;
  const resource = toArn(RESOURCE.exec(text)?.[1] ?? operation.resource, text);
  const caller = CALLER.exec(text)?.[1] ?? "The caller";
  const denial = `${caller} may not do ${action} on ${resource}`;
  const organization = ORGANIZATION.exec(text);
  if (organization !== null) {
    const [, kind, arn] = organization;
    return {
      code: "GT-AWS-DENIED-BY-ORGANIZATION",
      message: `${denial}: a ${kind ?? "service"} control policy of the organisation forbids it${arn === undefined ? "" : ` (${arn})`}.`,
      hint: `Ask the administrator of the AWS organisation to allow ${action}.`,
    };
  }
  const explicit = EXPLICIT.exec(text);
  if (explicit !== null) {
    const [, policy, arn] = explicit;
    return {
      code: "GT-AWS-DENIED-EXPLICITLY",
      message: `${denial}: a Deny in ${withArticle(policy ?? "policy")}${arn === undefined ? "" : ` (${arn})`} forbids it, which no Allow can outweigh.`,
      hint: `Ask for that Deny to except ${action} on ${resource}.`,
    };
  }
  return {
    code: "GT-AWS-DENIED",
    message: `${denial}: no policy allows it.`,
    hint: `Ask for this statement: ${JSON.stringify({ Effect: "Allow", Action: action, Resource: resource })}`,
  };
}

/** IAM says `policy x` and `role x` where a statement needs an ARN. */
function toArn(resource: string, text: string): string {
  const named = /^(policy|role|user|group) (\S+)$/.exec(resource);
  const [, , partition, account] = CALLER.exec(text) ?? [];
  if (named !== null && partition !== undefined && account !== undefined) {
    return `arn:${partition}:iam::${account}:${named[1] ?? ""}/${named[2] ?? ""}`;
  }
  return resource;
}

function withArticle(policy: string): string {
  return `${/^[aeiou]/.test(policy) ? "an" : "a"} ${policy}`;
}
