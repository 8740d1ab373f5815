import { readFileSync } from "node:fs";
import type { Lab } from "../lab.ts";

/** Asking whether one may do something is a POST that changes nothing. */
const QUESTION = /^\/apis\/authorization\.k8s\.io\//;
/** The Lease that keeps two runs apart is not counted as a write. */
const LEASE = /\/leases(?:\/|\?|$)/;
const AWS_READ = /^(?:Get|List|Describe|Simulate|AssumeRole)/;

/** Where in the records a run begins. */
export interface Mark {
  audit: number;
  calls: number;
}

export function markWrites(lab: Lab): Mark {
  return { audit: readAudit(lab).length, calls: lab.aws.proxy.calls.length };
}

/** What the operator has changed since: requests to the API server and calls to AWS. */
export function writesSince(lab: Lab, mark: Mark): string[] {
  const cluster = readAudit(lab)
    .slice(mark.audit)
    .filter(({ user }) => user.username === lab.account.operator.arn)
    .filter(({ requestURI }) => !QUESTION.test(requestURI) && !LEASE.test(requestURI))
    .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
  const aws = lab.aws.proxy.calls
    .slice(mark.calls)
    .filter(({ accessKeyId }) => accessKeyId === lab.account.operator.accessKeyId)
    .filter(({ action = "" }) => !AWS_READ.test(action))
    .map(({ service, action }) => `${service}:${action}`);
  return [...cluster, ...aws];
}

export interface AuditLine {
  verb: string;
  requestURI: string;
  user: { username: string };
  requestReceivedTimestamp: string;
  responseStatus?: { code: number };
}

/** What the API server was asked, in the order in which it answered; no watches. */
export function readAudit({ controlPlane }: Lab): AuditLine[] {
  const lines = readFileSync(controlPlane.auditLog, "utf8").split("\n");
  return lines.flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
}
