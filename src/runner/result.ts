import type { CheckResult } from "../checks/check.ts";
import type { PlanItem } from "../plan/plan.ts";
import type { StepId } from "../plan/step-id.ts";

export interface StepResult {
  id: StepId;
  title: string;
  state: "done" | "current" | "failed" | "cancelled" | "not-started";
  message?: string;
  /** On the world's clock. */
  durationMs: number;
}

export interface HostResult {
  hostname: string;
  url: string;
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
