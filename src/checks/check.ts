import type { Config } from "../config/config.ts";
import type { ErrorCode, UserError } from "../errors.ts";
import type { Fact } from "../facts/fact.ts";
import type { Facts } from "../facts/facts.ts";
import type { Names } from "../plan/names.ts";
import type { VersionSet } from "../plan/version-sets.ts";

/** What a check may look at: no I/O. */
export interface CheckInput {
  config: Config;
  facts: Facts;
  versions: VersionSet;
  /** `undefined` when the caller, and so the account, is unknown. */
  names: Names | undefined;
  /** The hosts that the run is about; left out when it is about all of the config's. */
  about?: readonly string[];
}

/** What was found wrong, or could not be seen: a true sentence and one action. */
export interface Finding {
  code: ErrorCode;
  message: string;
  hint?: string;
}

/** `warning` goes on and is told; `unknown` goes on and is told; `failed` stops before a write. */
export type Verdict =
  | { state: "ok"; detail?: string }
  /** `unread`: it is the reading that failed, not what was read. */
  | ({ state: "failed" | "warning" | "unknown"; unread?: boolean } & Finding);

/** One thing that must be true, declared as data. */
export interface Check<Input = CheckInput> {
  /** Permanent, kebab-case. */
  id: string;
  /** A positive sentence without a full stop: "The zone is delegated". */
  title: string;
  /** Checks that must have passed: what depends on a broken one is not checked. */
  after: readonly string[];
  /** Checks that, when they failed, explain why this one could not read its facts. */
  blames?: readonly string[];
  evaluate: (input: Input) => Verdict;
}

/** A check with its verdict, as the views and the JSON documents have it. */
export interface CheckResult {
  id: string;
  title: string;
  state: Verdict["state"] | "not-checked";
  /** What was seen when all is well; for `not-checked`, what it waits for. */
  detail?: string;
  /** With `message` and `hint`: where it is neither `ok` nor `not-checked`. */
  code?: ErrorCode;
  message?: string;
  hint?: string;
}

/** All checks of one run, in the order that they are shown in. */
export interface CheckReport {
  checks: CheckResult[];
}

/** `detail`: what was seen. */
export const ok = (detail?: string): Verdict =>
  detail === undefined ? { state: "ok" } : { state: "ok", detail };

/** Stops before the first write. `hint`: one action. */
export const failed = (code: ErrorCode, message: string, hint?: string): Verdict => ({
  state: "failed",
  ...finding(code, message, hint),
});

/** Is told, and stops nothing. */
export const warning = (code: ErrorCode, message: string, hint?: string): Verdict => ({
  state: "warning",
  ...finding(code, message, hint),
});

/** What is wrong with a host that the run is not about is told, and does not stop it. */
export function failedFor(
  { about }: Pick<CheckInput, "about">,
  hostnames: readonly string[],
  found: Finding,
): Verdict {
  const isMeant = about === undefined || hostnames.some((hostname) => about.includes(hostname));
  return { state: isMeant ? "failed" : "warning", ...found };
}

function finding(code: ErrorCode, message: string, hint?: string): Finding {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

/** Judges a fact that init cannot do without: unreadable is failed, with the reader's own words. */
export function judge<T>(fact: Fact<T>, evaluate: (value: T) => Verdict): Verdict {
  return fact.known ? evaluate(fact.value) : withError("failed", fact.error);
}

/** Judges a fact that init can go on without: unreadable is unknown, with its reason. */
export function judgeIfSeen<T>(fact: Fact<T>, evaluate: (value: T) => Verdict): Verdict {
  return fact.known ? evaluate(fact.value) : withError("unknown", fact.error);
}

function withError(state: "failed" | "unknown", error: UserError): Verdict {
  return { state, unread: true, ...finding(error.code, error.message, error.hint) };
}
