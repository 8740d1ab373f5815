import type { SandboxFault } from "../../src/sandbox/faults.ts";

const DAY_MS = 86_400_000;

/** How `init` ends, in the sandbox and wherever else a fault is made. */
export interface FaultEnding {
  /** An error's code, or `done`. */
  code: string;
  exitCode: 0 | 1 | 124;
  /** In the error of the sandbox; of `done`, in what is told on the way. */
  words: RegExp;
}

const fails = (code: string, words: RegExp): FaultEnding => ({ code, exitCode: 1, words });
const timesOut = (code: string, words: RegExp): FaultEnding => ({ code, exitCode: 124, words });
const overcomes = (words: RegExp): FaultEnding => ({ code: "done", exitCode: 0, words });

/** What `init` makes of each fault that is there from the beginning. */
export const faultEndings: Record<SandboxFault, FaultEnding> = {
  "undelegated-zone": fails("GT-ZONE-NOT-DELEGATED", /ns1\.registrar-parking\.net/),
  "broken-dnssec": fails("GT-ZONE-DNSSEC", /publishes a DS record/),
  "two-zones": fails("GT-ZONE-TWINS", /EXAMPLE02\. The world asks Z0123456789EXAMPLE01/),
  "caa-forbids": fails("GT-CAA-FORBIDS", /another-ca\.example/),
  "no-load-balancer-address": timesOut("GT-LOAD-BALANCER-TIMEOUT", /resolve at least one subnet/),
  "internal-load-balancer": timesOut("GT-REHEARSAL-TIMEOUT", /at 10\.0\.1\.10 failed: no answer/),
  "port-80-blocked": timesOut("GT-REHEARSAL-TIMEOUT", /at 203\.0\.113\.10 failed: no answer/),
  "identity-not-injected": overcomes(/restarting external-dns/),
  "identity-denied": fails("GT-EXTERNAL-DNS-TRUST", /Unauthorized Exception! EKS/),
  "stuck-release": overcomes(/removing the unfinished install of cert-manager/),
  "foreign-stuck-release": fails("GT-RELEASE-STUCK", /pending-install/),
  "foreign-crds": fails("GT-CRDS-FOREIGN", /platform-team/),
  "rate-limited": fails("GT-ACME-RATE-LIMITED", /retry after 2026-10-02/),
  "slow-dns": overcomes(/is not at ns-.* yet/),
  "redirect-breaks-challenge": fails("GT-REDIRECT-BREAKS-CHALLENGE", /redirect is in its way/),
  "expired-credentials": fails("GT-AWS-CREDENTIALS-EXPIRED", /expired/),
  forbidden: fails("GT-ACCESS-DENIED", /create namespaces/),
  "no-pod-identity": overcomes(/IRSA/),
  "old-kubernetes": fails("GT-VERSIONS-UNSUPPORTED", /1\.31/),
  "unreachable-cluster": fails("GT-CLUSTER-UNREACHABLE", /i\/o timeout/),
  none: overcomes(/^/),
};

/** What `status` says of a fault that begins after an `init` that ended well. */
export interface StatusEnding {
  exitCode: 0 | 1 | 3;
  /** Of the first finding; of the error where there is nothing to look at. */
  code?: string;
  /** How long after init the fault is looked at; it begins at once. */
  laterMs?: number;
  /** Why status has nothing to tell of it. */
  because?: string;
}

export const statusEndings: Record<SandboxFault, StatusEnding> = {
  "undelegated-zone": { exitCode: 3, code: "GT-ZONE-NOT-DELEGATED" },
  "broken-dnssec": { exitCode: 3, code: "GT-ZONE-DNSSEC" },
  "two-zones": { exitCode: 0, code: "GT-ZONE-TWINS", because: "the delegated one stays ours" },
  "caa-forbids": { exitCode: 3, code: "GT-CAA-FORBIDS" },
  "no-load-balancer-address": {
    exitCode: 0,
    code: "GT-LOAD-BALANCER-EVENTS",
    because: "the load balancer that is there goes on",
  },
  "internal-load-balancer": { exitCode: 0, because: "a scheme does not change later" },
  "port-80-blocked": { exitCode: 3, code: "GT-HTTP-UNREACHABLE" },
  "identity-not-injected": { exitCode: 0, because: "pods that run keep their identity" },
  "identity-denied": { exitCode: 3, code: "GT-EXTERNAL-DNS-TRUST" },
  "stuck-release": { exitCode: 0, because: "a release that is deployed is not stuck" },
  "foreign-stuck-release": { exitCode: 0, because: "a release that is deployed is not stuck" },
  "foreign-crds": {
    exitCode: 0,
    code: "GT-CRDS-UNSUPPORTED",
    because: "NGINX Gateway Fabric makes the best of another minor version",
  },
  "rate-limited": { exitCode: 3, code: "GT-ACME-RATE-LIMITED", laterMs: 61 * DAY_MS },
  "slow-dns": { exitCode: 0, because: "the record is there" },
  "redirect-breaks-challenge": {
    exitCode: 0,
    laterMs: 61 * DAY_MS,
    because: "a renewal's challenge is answered behind the redirect too",
  },
  "expired-credentials": { exitCode: 1, code: "GT-AWS-CREDENTIALS-EXPIRED" },
  forbidden: { exitCode: 0, because: "status writes nothing" },
  "no-pod-identity": { exitCode: 0, because: "pods that run keep their identity" },
  "old-kubernetes": { exitCode: 0, because: "no cluster goes back to an older version" },
  "unreachable-cluster": { exitCode: 1, code: "GT-CLUSTER-UNREACHABLE" },
  none: { exitCode: 0 },
};
