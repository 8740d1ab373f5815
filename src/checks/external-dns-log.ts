import type { ErrorCode } from "../errors.ts";

/** Why the newest round failed, and one action. */
export interface LogFinding {
  code: ErrorCode;
  message: string;
  hint: string;
}

/** Whose log it is. */
export interface LogSource {
  /** The ARN or the name of the role that it should have; `undefined` when nobody knows. */
  role: string | undefined;
  /** The Deployment, for the commands of the hints. */
  deployment: { name: string; namespace: string };
  /** Somebody else's installation: init must not be sent at it. */
  madeByHand?: boolean;
}

interface Cause {
  code: ErrorCode;
  /** Whether a failed round's line has this cause. */
  matches: (line: string, role: LogSource["role"]) => boolean;
  says: string;
  hint: (source: LogSource) => string;
}

/** ExternalDNS's word for a failed round; it stays Running (controller/controller.go, RunOnce). */
const FAILED_ROUND = "Failed to do run once";
/** Such a round's last line names only the zone; AWS's words come before (provider/aws/aws.go). */
const UNSUBMITTED = "failed to submit all changes";
const SUBMISSION = /when submitting change batch: |Failed submitting change \(error: /;
const REFUSAL = /AccessDenied|not authorized to perform|UnauthorizedOperation/;

/** The command that shows it, where the role is known. */
const readRole = (role: string | undefined, field: string): string =>
  role === undefined
    ? "."
    : `: aws iam get-role --role-name ${role.split("/").at(-1) ?? role} --query Role.${field}`;

/** Most telling first. The ARN in AWS's refusal tells which identity the pod has. */
const CAUSES: readonly Cause[] = [
  {
    code: "GT-EXTERNAL-DNS-TRUST",
    // The second is the EKS Pod Identity agent's word for a trust policy that leaves it out.
    matches: (line) =>
      (line.includes("AssumeRoleWithWebIdentity") &&
        /not authorized|AccessDenied|InvalidIdentityToken/.test(line)) ||
      line.includes("does not have permissions to assume"),
    says: "AWS does not let ExternalDNS assume its role",
    hint: ({ role, madeByHand }) =>
      `Compare the trust policy of ${role ?? "its role"} with the ServiceAccount and the cluster${madeByHand === true ? readRole(role, "AssumeRolePolicyDocument") : "; to put it right: gateway-tls init"}`,
  },
  {
    code: "GT-EXTERNAL-DNS-PERMISSION",
    matches: (line, role) => REFUSAL.test(line) && isOwnRole(line, role),
    says: "ExternalDNS has its role, but the role may not do this",
    hint: ({ role, madeByHand }) =>
      madeByHand === true
        ? `Let the role's policy allow it, and look for a permissions boundary or a service control policy that denies Route 53${readRole(role, "PermissionsBoundary")}`
        : "Look for a permissions boundary or a service control policy that denies Route 53. To put the policy itself right: gateway-tls init",
  },
  {
    code: "GT-EXTERNAL-DNS-IDENTITY",
    matches: (line) => REFUSAL.test(line),
    says: "ExternalDNS runs without its own identity",
    hint: ({ deployment: { name, namespace } }) =>
      `kubectl rollout restart deployment ${name} --namespace ${namespace}`,
  },
  {
    code: "GT-RECORD-FOREIGN",
    matches: (line) => line.includes("InvalidChangeBatch"),
    says: "Route 53 refuses the record beside one that is there",
    hint: () =>
      "Delete the record that it names, if nobody needs it: ExternalDNS writes its own within a minute.",
  },
  {
    code: "GT-EXTERNAL-DNS-FAILING",
    matches: () => true,
    says: "ExternalDNS reports",
    hint: ({ deployment: { name, namespace } }) =>
      `kubectl logs deployment/${name} --namespace ${namespace}`,
  },
];

/** A node's sessions are named after its instance; where the role is not known, any other is its own. */
const NODE_SESSION = /:assumed-role\/[^/\s]+\/i-[0-9a-f]{8,}/;

function isOwnRole(line: string, role: LogSource["role"]): boolean {
  if (role === undefined) return line.includes(":assumed-role/") && !NODE_SESSION.test(line);
  return line.includes(`:assumed-role/${role.split("/").at(-1) ?? role}/`);
}

/**
 * Why ExternalDNS writes nothing, read from its newest log lines (oldest first): `undefined` when
 * the last round did not fail.
 */
export function explainExternalDnsLog(
  lines: readonly string[],
  source: LogSource,
): LogFinding | undefined {
  const last = findCause(lines);
  if (last === undefined) return undefined;
  const cause = CAUSES.find(({ matches }) => matches(last, source.role));
  if (cause === undefined) return undefined;
  return { code: cause.code, message: `${cause.says}: ${quote(last)}`, hint: cause.hint(source) };
}

/** The line that tells most about the newest round; `undefined` when that did not fail. */
function findCause(lines: readonly string[]): string | undefined {
  const index = lines.findLastIndex((line) => line.includes(FAILED_ROUND) || isSuccess(line));
  const last = lines[index];
  if (last === undefined || isSuccess(last)) return undefined;
  if (!last.includes(UNSUBMITTED)) return last;
  return lines.slice(0, index).findLast((line) => SUBMISSION.test(line)) ?? last;
}

/** Whether the newest round that the log tells of did what it had to. */
export function lastRoundSucceeded(lines: readonly string[]): boolean {
  const last = lines.findLast((line) => line.includes(FAILED_ROUND) || isSuccess(line));
  return last !== undefined && isSuccess(last);
}

const isSuccess = (line: string): boolean =>
  line.includes("All records are already up to date") ||
  line.includes("record(s) were successfully updated");

/** Of a message: AWS's refusal and how often it came are at its end. */
const LONGEST = 500;

/** The message of a logfmt or JSON line, cut to what fits a screen. */
function quote(line: string): string {
  const message = /"?msg"?[=:]"((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line;
  const plain = message
    .replaceAll('\\"', '"')
    .replace(/(\\n|\s)+/g, " ")
    // What the AWS SDK puts before AWS's own words: operation, status, request.
    .replace(/https response error StatusCode: \d+, RequestID: \S*, (?=\S)/, "")
    .trim();
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST - 1)}…` : plain;
}
