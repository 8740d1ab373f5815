import type { ErrorCode } from "../errors.ts";

export interface LogFinding {
  code: ErrorCode;
  message: string;
  hint: string;
}

/** ExternalDNS's word for a failed round; it stays Running (controller/controller.go, RunOnce). */
const FAILED_ROUND = "Failed to do run once";

/**
 * Why ExternalDNS writes nothing, read from its newest log lines (oldest first): `undefined` when
 * the last round did not fail. The ARN in AWS's refusal tells which identity the pod has.
 */
export function explainExternalDnsLog(
  lines: readonly string[],
  roleArn: string,
): LogFinding | undefined {
  const last = lines.findLast((line) => line.includes(FAILED_ROUND) || isSuccess(line));
  if (last === undefined || isSuccess(last)) return undefined;
  const words = quote(last);
  if (
    last.includes("AssumeRoleWithWebIdentity") &&
    /not authorized|AccessDenied|InvalidIdentityToken/.test(last)
  ) {
    return {
      code: "GT-EXTERNAL-DNS-TRUST",
      message: `AWS does not let ExternalDNS assume its role: ${words}`,
      hint: `Compare the trust policy of ${roleArn} with the ServiceAccount and the cluster's OIDC issuer; running init again puts it right.`,
    };
  }
  if (/AccessDenied|not authorized to perform|UnauthorizedOperation/.test(last)) {
    const role = roleArn.split("/").at(-1) ?? roleArn;
    return last.includes(role)
      ? {
          code: "GT-EXTERNAL-DNS-PERMISSION",
          message: `ExternalDNS has its role, but the role may not do this: ${words}`,
          hint: "Look for a permissions boundary or a service control policy that denies Route 53; the policy itself is put right by running init again.",
        }
      : {
          code: "GT-EXTERNAL-DNS-IDENTITY",
          message: `ExternalDNS runs without its own identity: ${words}`,
          hint: "Restart it once its identity is in effect: kubectl rollout restart deployment external-dns -n external-dns",
        };
  }
  return {
    code: "GT-EXTERNAL-DNS-FAILING",
    message: `ExternalDNS reports: ${words}`,
    hint: "Read its whole log: kubectl logs deployment/external-dns -n external-dns",
  };
}

const isSuccess = (line: string): boolean =>
  line.includes("All records are already up to date") ||
  line.includes("record(s) were successfully updated");

/** The message of a logfmt or JSON line, cut to what fits a screen. */
function quote(line: string): string {
  const message = /msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line;
  const plain = message.replaceAll('\\"', '"').replace(/\s+/g, " ").trim();
  return plain.length > 300 ? `${plain.slice(0, 299)}…` : plain;
}
