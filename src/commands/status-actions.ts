import type { Status } from "../checks/status.ts";
import { type Access, completeAction } from "./access.ts";

/** Which cluster it was, and whether kubectl's commands say so themselves. */
export function describeAccess(
  { cluster: asked, kubectl }: Access,
  kept: string | undefined,
): { place: string; kubectlPlace?: string } {
  const cluster = asked ?? kept;
  if (cluster === undefined) return { place: `The cluster of ${kubectl.join(" ")}` };
  const place = `Cluster ${cluster}`;
  return kubectl.length > 0 ? { place } : { place, kubectlPlace: cluster };
}

/** The same status with actions that can be pasted as they are. */
export function completeActions(status: Status, access: Access): Status {
  const complete = <T extends { action: string | null }>(one: T): T =>
    one.action === null ? one : { ...one, action: completeAction(one.action, access) };
  return {
    ...status,
    hosts: status.hosts.map((host) => ({ ...host, chain: host.chain.map(complete) })),
    findings: status.findings.map(complete),
    next: status.next === null ? null : completeAction(status.next, access),
  };
}
