import { readFileSync } from "node:fs";
import * as v from "valibot";

const Entry = v.object({
  verb: v.string(),
  user: v.object({ username: v.string() }),
  objectRef: v.optional(v.object({ resource: v.string() })),
  stage: v.string(),
});

/** `list gateways` for each request that this ServiceAccount has made, in order. */
export function readRequests(auditLog: string, serviceAccount: string): string[] {
  const user = `system:serviceaccount:default:${serviceAccount}`;
  return readFileSync(auditLog, "utf8")
    .split("\n")
    .filter((line) => line.includes(user))
    .map((line) => v.parse(Entry, JSON.parse(line)))
    .filter(({ stage, user: { username } }) => stage !== "ResponseStarted" && username === user)
    .map(({ verb, objectRef }) => `${verb} ${objectRef?.resource ?? ""}`);
}
