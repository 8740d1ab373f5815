import type { CheckResult } from "../checks/check.ts";
import type { PlanItem } from "../plan/plan.ts";
import type { StepId } from "../plan/step-id.ts";

/** What came of one step; the JSON document has it as it is. */
export interface StepResult {
  id: StepId;
  title: string;
  state: "done" | "current" | "failed" | "cancelled" | "not-started";
  /** What its line ended with, or why it failed. */
  message?: string;
  /** On the world's clock. */
  durationMs: number;
}

/** One host at the end of a run; the JSON document has it as it is. */
export interface HostResult {
  hostname: string;
  url: string;
  /** As a handshake showed it, `notAfter` in ISO 8601; `null` where none was seen. */
  certificate: { issuer: string; notAfter: string; names: string[]; trusted: boolean } | null;
  /** Why the host was left out; absent for one that was not. */
  error?: { code: string; message: string; hint: string | null };
}

/** What `init` and its kin hand to the views; the JSON document is this with `schemaVersion`. */
export interface CommandResult {
  command: string;
  result: "done" | "unchanged" | "planned" | "declined" | "failed" | "cancelled";
  error: { code: string; message: string; hint: string | null } | null;
  /** Writes to AWS and to the cluster that were carried out. Leases are not counted. */
  writes: number;
  /** What was written, in order, for people: "created IAM role gateway-tls-...". */
  changes: string[];
  warnings: string[];
  /** What the preflight did not find well; empty when all of it was. */
  checks: CheckResult[];
  plan: PlanItem[];
  steps: StepResult[];
  hosts: HostResult[];
}
