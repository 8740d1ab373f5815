import { type ErrorCode, type Retry, UserError } from "../../errors.ts";
import type { Operation } from "./ask.ts";
import { failures } from "./failures.ts";

/** What of the invocation an error message may name. */
export interface ClassifyContext {
  region: string;
  profile: string | undefined;
  /** Keys come from `AWS_ACCESS_KEY_ID` in the environment. */
  staticKeys: boolean;
}

/** One failed request, in the words that the rules match on. */
export interface Failure extends ClassifyContext {
  /** AWS's code without the `Exception` of the SDK's names, or Node's (`ECONNREFUSED`). */
  code: string;
  /** AWS's own words. */
  text: string;
  status: number | undefined;
  operation: Operation;
  /** What the endpoint asked for in `Retry-After`, in seconds. */
  retryAfterSeconds: number | undefined;
}

/** What is told of a failure. */
export interface Description {
  code: ErrorCode;
  message: string;
  hint: string;
  retry?: Retry;
}

/** Matches a code, a text or a status: each that is given must match. */
export interface Rule {
  codes?: readonly string[];
  text?: RegExp;
  status?: (status: number) => boolean;
  describe: (failure: Failure) => Description;
}

/** The failure as a UserError; what is not an answer of AWS or of the network stays as it is. */
export function classify(error: unknown, operation: Operation, context: ClassifyContext): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  const failure = readFailure(error, operation, context);
  const rule = failures.find((candidate) => matches(candidate, failure));
  if (rule === undefined) return error;
  const { code, message, hint, retry } = rule.describe(failure);
  return new UserError(code, message, {
    hint,
    cause: error,
    ...(retry === undefined ? {} : { retry: honour(retry, failure.retryAfterSeconds) }),
  });
}

/** The code of an SDK error without the `Exception` of its name; `""` if it is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error ? error.name.replace(/Exception$/, "") : "";
}

function readFailure(error: Error, operation: Operation, context: ClassifyContext): Failure {
  const { $metadata, $response, code } = error as SdkError;
  const seconds = Number($response?.headers?.["retry-after"]);
  const network = [code, causeCode(error)].find((value) => /^[A-Z][A-Z0-9_]+$/.test(value ?? ""));
  return {
    ...context,
    operation,
    code: error.name.endsWith("ProviderError") ? error.name : (network ?? codeOf(error)),
    text: error.message,
    status: $metadata?.httpStatusCode,
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
  };
}

/** What the SDK adds to an Error; every field may be missing. */
interface SdkError extends Error {
  code?: string;
  $metadata?: { httpStatusCode?: number };
  $response?: { headers?: Record<string, string> };
}

function causeCode({ cause }: Error): string | undefined {
  return cause instanceof Error ? (cause as SdkError).code : undefined;
}

function matches({ codes, text, status }: Rule, failure: Failure): boolean {
  return (
    (codes === undefined || codes.includes(failure.code)) &&
    (text === undefined || text.test(failure.text)) &&
    (status === undefined || (failure.status !== undefined && status(failure.status)))
  );
}

function honour(retry: Retry, retryAfterSeconds: number | undefined): Retry {
  if (retryAfterSeconds === undefined) return retry;
  return { ...retry, intervalMs: Math.max(retry.intervalMs, retryAfterSeconds * 1000) };
}
