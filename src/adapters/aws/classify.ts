import { type Retry, UserError } from "../../errors.ts";
import type { ClassifyContext, Failure, Operation, Rule } from "./failure.ts";
import { failures } from "./failures.ts";

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
  const { $metadata, $response, code }: SdkError = error;
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

/** What the SDK adds to an Error; every field may be missing, so that any Error is one. */
interface SdkError extends Error {
  code?: string;
  $metadata?: { httpStatusCode?: number };
  $response?: { headers?: Record<string, string> };
}

function causeCode({ cause }: Error): string | undefined {
  const inner: SdkError | undefined = cause instanceof Error ? cause : undefined;
  return inner?.code;
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
