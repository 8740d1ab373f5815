import * as v from "valibot";
import type { Account, RoleState } from "./account.ts";

const Values = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((values) => [values].flat()),
);
const Document = v.object({
  Statement: v.array(
    v.object({
      Effect: v.string(),
      Action: Values,
      Resource: Values,
      Condition: v.optional(v.record(v.string(), v.record(v.string(), Values)), {}),
    }),
  ),
});
type Statement = v.InferOutput<typeof Document>["Statement"][number];

export interface Question {
  action: string;
  resource: string;
  context: Record<string, string[]>;
}

/** IAM's verdict by the role's attached policies, as far as these tests' statements go. */
export function isAllowed(account: Account, role: RoleState, question: Question): boolean {
  const statements = account.policies
    .filter(({ arn }) => role.attached.includes(arn))
    .flatMap(({ versions }) => versions.filter(({ isDefault }) => isDefault))
    .flatMap(({ document }) => v.parse(Document, JSON.parse(document)).Statement)
    .filter((statement) => applies(statement, question));
  return (
    statements.some(({ Effect }) => Effect === "Allow") &&
    statements.every(({ Effect }) => Effect !== "Deny")
  );
}

function applies({ Action, Resource, Condition }: Statement, question: Question): boolean {
  return (
    Action.some((pattern) => matches(pattern, question.action)) &&
    Resource.some((pattern) => matches(pattern, question.resource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, allowed]) =>
        holds(operator, question.context[key], allowed),
      ),
    )
  );
}

function holds(operator: string, given: string[] | undefined, allowed: string[]): boolean {
  if (operator === "StringEquals") return given?.some((value) => allowed.includes(value)) ?? false;
  if (operator === "ForAllValues:StringEquals")
    return (given ?? []).every((value) => allowed.includes(value));
  throw new Error(`The endpoint does not know the condition operator ${operator}.`);
}

function matches(pattern: string, value: string): boolean {
  const expression = pattern
    .split("*")
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${expression.join(".*")}$`).test(value);
}
