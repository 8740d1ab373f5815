import type { PolicyDocument, PolicyStatement } from "../../ports/aws.ts";
import type { AwsState, StoredRole } from "../world-state.ts";

/** `context`: condition keys (`aws:RequestTag/x`) with all their values. */
export interface Request {
  action: string;
  resource: string;
  context?: Record<string, string[]>;
}

/** Whether a role's attached policies allow a request: a Deny wins, nothing said is no. */
export function isAllowed(aws: AwsState, role: StoredRole, request: Request): boolean {
  const statements = role.attachedPolicyArns.flatMap(
    (arn) => aws.policies[arn]?.document.Statement ?? [],
  );
  const matching = statements.filter((statement) => matchesStatement(statement, request));
  if (matching.some(({ Effect }) => Effect === "Deny")) return false;
  return matching.some(({ Effect }) => Effect === "Allow");
}

/** Whether a trust policy lets a principal assume the role. */
export function isTrusted(
  trust: PolicyDocument,
  request: {
    action: string;
    principal: { type: "Federated" | "Service"; value: string };
    context: Record<string, string[]>;
  },
): boolean {
  const { principal, action, context } = request;
  return trust.Statement.some(({ Effect, Principal, Action, Condition }) => {
    if (Effect !== "Allow") return false;
    if (!asList(Principal?.[principal.type]).includes(principal.value)) return false;
    return matchesAny(Action, action) && matchesConditions(Condition, context);
  });
}

function matchesStatement(statement: PolicyStatement, request: Request): boolean {
  const { Action, Resource, Condition } = statement;
  return (
    matchesAny(Action, request.action) &&
    matchesAny(Resource, request.resource) &&
    matchesConditions(Condition, request.context ?? {})
  );
}

function matchesConditions(
  condition: PolicyStatement["Condition"],
  context: Record<string, string[]>,
): boolean {
  return Object.entries(condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) =>
      matchesOperator(operator, findContext(context, key), asList(wanted)),
    ),
  );
}

/** Context keys are not case-sensitive. */
function findContext(context: Record<string, string[]>, key: string): string[] | undefined {
  const lower = key.toLowerCase();
  return Object.entries(context).find(([name]) => name.toLowerCase() === lower)?.[1];
}

function matchesOperator(
  operator: string,
  values: readonly string[] | undefined,
  wanted: readonly string[],
): boolean {
  const everyValue = operator.startsWith("ForAllValues:");
  const plain = operator.replace(/^For(All|Any)Values?:/, "");
  if (plain === "Null") return wanted.includes(String(values === undefined));
  // ForAllValues is true of a key that the request does not have.
  if (values === undefined) return everyValue || plain.endsWith("IfExists");
  const matches = (value: string): boolean =>
    plain.startsWith("StringLike") || plain.startsWith("ArnLike")
      ? wanted.some((pattern) => matchesGlob(pattern, value))
      : wanted.includes(value);
  return everyValue ? values.every(matches) : values.some(matches);
}

function matchesAny(patterns: string | string[] | undefined, value: string): boolean {
  return asList(patterns).some((pattern) => matchesGlob(pattern, value));
}

/** IAM's wildcards. */
function matchesGlob(pattern: string, value: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "i").test(value);
}

function asList(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}
