import { UserError } from "../errors.ts";
import { describeError, type Outcome } from "../runner/carry-out.ts";
import type { Examination } from "../runner/prepare.ts";
import type { HostResult } from "../runner/result.ts";
import { type Access, completeChecks, completeError, completeHint } from "./access.ts";

/** What the preflight found, with hints that can be pasted as they are. */
export function completeExamination(
  { facts, report, failure }: Examination,
  access: Access,
): Examination {
  const error = completeError(failure, access);
  return {
    facts,
    report: { checks: completeChecks(report.checks, access) },
    failure: error instanceof UserError ? error : undefined,
  };
}

/** What came of a run, with hints that can be pasted as they are. */
export function completeOutcome({ result, error: failure }: Outcome, access: Access): Outcome {
  const error = completeError(failure, access);
  const hosts = result.hosts.map((host): HostResult =>
    host.error === undefined ? host : { ...host, error: completeHint(host.error, access) },
  );
  const checks = completeChecks(result.checks, access);
  return { error, result: { ...result, error: describeError(error), hosts, checks } };
}
