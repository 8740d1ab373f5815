import type { ErrorCode, Retry } from "../../errors.ts";

/** What is asked of AWS, as its permission is called, and of what. */
export interface Operation {
  /** `iam:CreatePolicy`. */
  action: string;
  /** An ARN, or the name by which the user knows it. */
  resource: string;
}

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
