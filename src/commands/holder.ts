import { randomBytes } from "node:crypto";
import { hostname } from "node:os";

/**
 * Who holds the Lease: `user@host (pid 123, run 4f2a9c)`. Two containers may have host and pid in
 * common, so each run has a name of its own.
 */
export function nameHolder(env: NodeJS.ProcessEnv): string {
  const user = env["USER"] ?? env["LOGNAME"] ?? "someone";
  const run = randomBytes(3).toString("hex");
  return `${user}@${hostname()} (pid ${process.pid}, run ${run})`;
}
