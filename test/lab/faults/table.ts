import { accountFaults } from "./account-faults.ts";
import { clusterFaults } from "./cluster-faults.ts";
import type { Begin, LabFault } from "./fault.ts";

/** How each fault of the sandbox is made real here. */
export const labFaults: Record<LabFault, Begin> = { ...accountFaults, ...clusterFaults };

/** Found before the first write. */
export const refused = [
  "undelegated-zone",
  "broken-dnssec",
  "two-zones",
  "foreign-stuck-release",
  "foreign-crds",
  "expired-credentials",
  "forbidden",
  "old-kubernetes",
  "unreachable-cluster",
] as const satisfies LabFault[];

/** There from the beginning of an installation, and overcome. */
export const overcome = ["no-pod-identity", "stuck-release"] as const satisfies LabFault[];

/** Overcome too, by an init that waits for minutes. */
export const overcomeByPatience = [
  "identity-not-injected",
  "slow-dns",
] as const satisfies LabFault[];

/** Met on the way; each has a test of its own. */
export const metOnTheWay = [
  "no-load-balancer-address",
  "identity-denied",
  "internal-load-balancer",
  "port-80-blocked",
  "rate-limited",
  "redirect-breaks-challenge",
] as const satisfies LabFault[];

/** What `status` sees of a fault that begins afterwards. */
export const seenByStatus = [
  "undelegated-zone",
  "broken-dnssec",
  "two-zones",
  "port-80-blocked",
  "expired-credentials",
  "unreachable-cluster",
  "forbidden",
  "slow-dns",
] as const satisfies LabFault[];
