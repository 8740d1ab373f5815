import { ConfiguredRetryStrategy } from "@smithy/core/retry";

const ATTEMPTS = 7;
const FIRST_DELAY_MS = 300;
const LONGEST_DELAY_MS = 15_000;

/** A full quota: the SDK takes it for throttling, but no time will pass that changes it. */
const FULL_QUOTA = ["LimitExceededException", "LimitExceeded"];

type Refresh = ConfiguredRetryStrategy["refreshRetryTokenForRetry"];

/** No answer in all of the request's time: each more attempt costs that time again, unseen. */
const MOST_TIMEOUTS = 3;

/** The base class waits as long as `Retry-After` says up to this, and then asks too early. */
const LONGEST_RETRY_AFTER_MS = 5000;

/**
 * The SDK's standard retries, patient enough for a rate limit: seven attempts, and a delay that
 * doubles from 300 ms to 15 s. A longer `Retry-After` is left to the runner, which waits in view.
 */
export class PatientRetryStrategy extends ConfiguredRetryStrategy {
  constructor(backoffMs: (attempt: number) => number = computeBackoffMs) {
    super(ATTEMPTS, backoffMs);
  }

  override refreshRetryTokenForRetry(...args: Parameters<Refresh>): ReturnType<Refresh> {
    const [token, { error, retryAfterHint }] = args;
    if (isTimeout(error) && token.getRetryCount() + 1 >= MOST_TIMEOUTS) {
      return Promise.reject(new Error("The endpoint does not answer."));
    }
    const retryAfterMs = (retryAfterHint?.getTime() ?? 0) - Date.now();
    if (retryAfterMs > LONGEST_RETRY_AFTER_MS) {
      return Promise.reject(new Error("AWS asks for a longer pause."));
    }
    if (error !== undefined && FULL_QUOTA.includes(error.name)) {
      return Promise.reject(new Error("A full quota is not tried again."));
    }
    return super.refreshRetryTokenForRetry(...args);
  }
}

function isTimeout(error: (Error & { code?: unknown }) | undefined): boolean {
  return error?.name === "TimeoutError" && (error.code === undefined || error.code === "ETIMEDOUT");
}

/** The delay after attempt 1, 2, ...: exponential, capped, and spread over its upper half. */
export function computeBackoffMs(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return Math.round(ceiling * (0.5 + random() / 2));
}
