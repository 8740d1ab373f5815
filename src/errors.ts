/** A permanent error code; each has a section of the same name in docs/errors.md. */
export type ErrorCode = `GT-${string}`;

/** How long a failure that passes by itself may be tried again, and what is being waited for. */
export interface Retry {
  /** Counted from the first failure of this code, not from one try to the next. */
  limitMs: number;
  intervalMs: number;
  /** Shown while waiting, as a clause: "waiting for IAM". */
  reason: string;
}

/** What an error has beside its code and its message. */
export interface UserErrorOptions {
  /** One action, as a sentence or a command to paste. */
  hint?: string;
  cause?: unknown;
  /** Set by adapters only: the runner tries the step again within this limit. */
  retry?: Retry;
  /** Set by adapters only: what had been changed when it failed, a line each, as the journal notes it. */
  written?: readonly string[];
  /** 1 when left out. */
  exitCode?: ExitCode;
}

/** 0 done, 1 failed or declined, 2 usage, 3 degraded, 124 wait timed out, 130 Ctrl-C. */
export type ExitCode = 0 | 1 | 2 | 3 | 124 | 130;

/**
 * An expected failure that the user can act on: what happened and why (`message`), and one action
 * (`hint`). Everything else that is thrown is a bug of ours. Only the CLI entry catches and prints.
 */
export class UserError extends Error {
  override readonly name: string = "UserError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retry: Retry | undefined;
  readonly written: readonly string[];
  readonly exitCode: ExitCode;

  constructor(code: ErrorCode, message: string, options: UserErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.retry = options.retry;
    this.written = options.written ?? [];
    this.exitCode = options.exitCode ?? 1;
  }
}

/** A wrong flag, file or environment value: one line that names it and what is allowed. Exit 2. */
export class UsageError extends UserError {
  override readonly name = "UsageError";

  constructor(code: ErrorCode, message: string, options: Omit<UserErrorOptions, "exitCode"> = {}) {
    super(code, message, { ...options, exitCode: 2 });
  }
}

/** The user stopped the program (Ctrl-C, SIGTERM or SIGHUP). Exit 130. */
export class Cancelled extends UserError {
  override readonly name = "Cancelled";

  constructor(message = "Stopped by Ctrl-C.", options: Omit<UserErrorOptions, "exitCode"> = {}) {
    super("GT-CANCELLED", message, { ...options, exitCode: 130 });
  }
}

/** Why a file could not be read or written, in words: the codes of Node's file system errors. */
export function describeFileFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "there is no such file";
  if (code === "ENOTDIR") return "a part of its path is no directory";
  if (code === "EACCES" || code === "EPERM") return "this user may not";
  if (code === "EROFS") return "the file system is read-only";
  if (code === "ENOSPC") return "the disk is full";
  if (code === "EISDIR") return "it is a directory";
  if (code === "EEXIST") return "it is there already";
  return error.message;
}
