import { UsageError } from "../errors.ts";
import { findNearest } from "../nearest.ts";

/** Every fault that the sandbox can act out, with what it does. */
export const sandboxFaultNames = {
  "undelegated-zone": "the parent zone hands out other name servers than the hosted zone has",
  "broken-dnssec": "the parent zone publishes a DS record that the zone's keys do not match",
  "two-zones": "a second public hosted zone has the same name",
  "caa-forbids": "a CAA record allows another certificate authority only",
  "no-load-balancer-address": "the load balancer controller finds no subnet, so no address comes",
  "internal-load-balancer": "the load balancer is not reachable from outside, whatever its scheme",
  "port-80-blocked": "a firewall drops connections to port 80 from outside",
  "identity-not-injected":
    "the first ExternalDNS pods start without an identity, until they are restarted",
  "identity-denied": "AWS refuses ExternalDNS's role, whatever the pods do",
  "stuck-release": "a killed helm left our cert-manager release in pending-install",
  "foreign-stuck-release": "somebody else's cert-manager release is stuck in pending-install",
  "foreign-crds": "the Gateway API CRDs of another version are there, owned by another manager",
  "rate-limited": "the production certificate authority answers 429 rateLimited",
  "slow-dns": "records take minutes to reach the zone's name servers",
  "redirect-breaks-challenge": "the gateway lets a host-wide redirect win over an exact path",
  "expired-credentials": "the AWS credentials have expired",
  forbidden: "the caller may write nothing in the cluster",
  "no-pod-identity": "the EKS Pod Identity agent is not installed",
  "old-kubernetes": "the cluster runs Kubernetes 1.31, which only the version set 2025 supports",
  "unreachable-cluster": "the cluster's endpoint is private and cannot be reached",
  none: "somebody mended it: every fault that the sandbox remembers ends",
} as const satisfies Record<string, string>;

/** What `--sandbox-fault` takes. */
export type SandboxFault = keyof typeof sandboxFaultNames;

/** Fault names as the user gave them; an unknown one is `GT-SANDBOX-FAULT` with the nearest. */
export function parseFaults(names: readonly string[]): SandboxFault[] {
  return names.map((name) => {
    if (isFault(name)) return name;
    const known = Object.keys(sandboxFaultNames);
    const nearest = findNearest(name, known);
    const meant = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
    throw new UsageError(
      "GT-SANDBOX-FAULT",
      `There is no sandbox fault "${name}".${meant} Known: ${known.join(", ")}.`,
      { hint: nearest === undefined ? "Give one of these." : `Use --sandbox-fault ${nearest}.` },
    );
  });
}

function isFault(name: string): name is SandboxFault {
  return Object.hasOwn(sandboxFaultNames, name);
}
