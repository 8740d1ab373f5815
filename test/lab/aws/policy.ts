import type { PolicyDocument, PolicyStatement } from "../../../src/ports/aws.ts";

/** A request as IAM sees it; `context` by lower-case key. */
export interface Question {
  action: string;
  resource: string;
  context: Record<string, string[]>;
}

/** Whether the documents together allow it: a Deny wins, nothing said is no. */
export function isAllowed(documents: readonly PolicyDocument[], question: Question): boolean {
  const statements = documents
    .flatMap(({ Statement }) => Statement)
    .filter(
      ({ Action, Resource, Condition }) =>
        matchesAny(Action, question.action) &&
        matchesAny(Resource, question.resource) &&
        holds(Condition, question.context),
    );
  if (statements.some(({ Effect }) => Effect === "Deny")) return false;
  return statements.length > 0;
}

/** Whether a trust policy lets this principal do each of the actions. */
export function isTrusted(
  trust: PolicyDocument,
  principal: { kind: "Federated" | "Service"; name: string },
  actions: readonly string[],
  context: Record<string, string[]>,
): boolean {
  return actions.every((action) =>
    trust.Statement.some(
      ({ Effect, Principal, Action, Condition }) =>
        Effect === "Allow" &&
        listOf(Principal?.[principal.kind]).includes(principal.name) &&
        matchesAny(Action, action) &&
        holds(Condition, context),
    ),
  );
}

function holds(
  conditions: PolicyStatement["Condition"],
  context: Record<string, string[]>,
): boolean {
  return Object.entries(conditions ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) =>
      compare(operator, context[key.toLowerCase()], listOf(wanted)),
    ),
  );
}

function compare(operator: string, given: string[] | undefined, wanted: string[]): boolean {
  const [, set, plain = ""] =
    /^(ForAllValues:|ForAnyValue:)?(.*?)(?:IfExists)?$/.exec(operator) ?? [];
  if (given === undefined) return set === "ForAllValues:" || operator.endsWith("IfExists");
  const one = (value: string): boolean => {
    if (plain === "StringEquals") return wanted.includes(value);
    if (plain === "StringLike" || plain === "ArnLike")
      return wanted.some((pattern) => matchesGlob(pattern, value));
    throw new Error(`the lab's IAM does not know the operator ${operator}`);
  };
  return set === "ForAllValues:" ? given.every(one) : given.some(one);
}

function matchesAny(patterns: string | string[] | undefined, value: string): boolean {
  return listOf(patterns).some((pattern) =>
    matchesGlob(pattern.toLowerCase(), value.toLowerCase()),
  );
}

function matchesGlob(pattern: string, value: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(value);
}

function listOf(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : [value].flat();
}
