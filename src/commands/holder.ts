import { hostname } from "node:os";

/** Who holds the Lease: `user@host (pid 123)`. */
export function nameHolder(env: NodeJS.ProcessEnv): string {
  const user = env["USER"] ?? env["LOGNAME"] ?? "someone";
  return `${user}@${hostname()} (pid ${process.pid})`;
}
