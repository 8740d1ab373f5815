import { UserError } from "../errors.ts";
import type { Check, CheckReport, CheckResult } from "./check.ts";

/**
 * Evaluates all checks, those first that others name, and shows them in the order given. What
 * depends on a check that failed, or that could not see, is `not-checked`: one cause, one finding.
 */
export function runChecks<Input>(checks: readonly Check<Input>[], input: Input): CheckReport {
  const results = new Map<string, CheckResult>();
  const started = new Set<string>();
  const resultOf = (id: string): CheckResult => {
    const done = results.get(id);
    if (done !== undefined) return done;
    const check = checks.find((one) => one.id === id);
    if (check === undefined || started.has(id))
      throw new Error(`check ${id}: absent, or in a circle`);
    started.add(id);
    const result = evaluate(check, input, resultOf);
    results.set(id, result);
    return result;
  };
  return { checks: checks.map(({ id }) => resultOf(id)) };
}

function evaluate<Input>(
  check: Check<Input>,
  input: Input,
  resultOf: (id: string) => CheckResult,
): CheckResult {
  const { id, title, after, blames = [] } = check;
  const blocker = after.map(resultOf).find(isBlocking);
  if (blocker !== undefined) return notChecked(check, blocker);
  const { unread, ...verdict } = { unread: false, ...check.evaluate(input) };
  const culprit = unread ? blames.map(resultOf).find(isBlocking) : undefined;
  return culprit === undefined ? { id, title, ...verdict } : notChecked(check, culprit);
}

function notChecked(
  { id, title }: Pick<CheckResult, "id" | "title">,
  blocker: CheckResult,
): CheckResult {
  return { id, title, state: "not-checked", detail: `needs "${blocker.title}"` };
}

function isBlocking({ state }: CheckResult): boolean {
  return state !== "ok" && state !== "warning";
}

/** Those that stop a run before its first write. */
export function findFailures({ checks }: CheckReport): CheckResult[] {
  return checks.filter(({ state }) => state === "failed");
}

/** Warnings, and what could not be seen: told, and gone on. */
export function findWarnings({ checks }: CheckReport): CheckResult[] {
  return checks.filter(({ state }) => state === "warning" || state === "unknown");
}

/** A value that was typed names nothing that exists: wrong usage, exit 2. */
const WRONG_VALUES: ReadonlySet<string> = new Set([
  "GT-CLUSTER-NOT-FOUND",
  "GT-ZONE-NOT-FOUND",
  "GT-ZONE-ID",
  "GT-BACKEND-LOOP",
  "GT-BACKEND-NOT-FOUND",
  "GT-BACKEND-PORT",
]);

/**
 * The report as one error: the only failure itself, or `GT-PREFLIGHT-FAILED` with their number
 * (the views print each). `undefined` when nothing failed.
 */
export function firstFailure(report: CheckReport): UserError | undefined {
  const failures = findFailures(report);
  const [only] = failures;
  if (only === undefined) return undefined;
  const isUsage = failures.every(({ code }) => code !== undefined && WRONG_VALUES.has(code));
  const exitCode = isUsage ? 2 : 1;
  if (failures.length === 1 && only.code !== undefined) {
    const options = { exitCode, ...(only.hint === undefined ? {} : { hint: only.hint }) } as const;
    return new UserError(only.code, only.message ?? only.title, options);
  }
  return new UserError(
    "GT-PREFLIGHT-FAILED",
    `${failures.length} things must be put right first. Nothing was changed.`,
    { hint: "Do what each line above says, then run the same command again.", exitCode },
  );
}
