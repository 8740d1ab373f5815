import { execFileSync } from "node:child_process";

/** A process as it can be found again: ids are used anew, start times are not. */
export interface KnownProcess {
  name: string;
  pid: number;
  startedAt: string | undefined;
}

export function startTimeOf(pid: number): string | undefined {
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], {
      stdio: ["ignore", "pipe", "ignore"],
    })
      .toString()
      .trim();
  } catch {
    return undefined;
  }
}

export function isSame({ pid, startedAt }: KnownProcess): boolean {
  return startedAt !== undefined && startTimeOf(pid) === startedAt;
}
