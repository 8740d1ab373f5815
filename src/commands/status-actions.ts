import type { Status } from "../checks/status.ts";
import type { Flags } from "../config/settings.ts";
import { UserError } from "../errors.ts";
import { formatAccess } from "./resume.ts";

/** What a command needs to reach the same cluster again; empty where nothing was said. */
export interface Access {
  /** `undefined` where the user's own kubeconfig is all that is known. */
  cluster: string | undefined;
  /** `--cluster demo --profile prod` */
  gatewayTls: readonly string[];
  /** `--context prod` */
  kubectl: readonly string[];
}

/** How later commands reach the same cluster. */
export function accessOf(flags: Flags, cluster: string | undefined): Access {
  const { context, kubeconfig } = flags;
  const own = {
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  };
  return {
    cluster,
    gatewayTls: formatAccess(flags, { cluster }),
    kubectl: formatAccess(own, { cluster: undefined }),
  };
}

const OURS = /\bgateway-tls (?:init|add-host|remove-host|promote|uninstall|status|check)(?![\w-])/g;
const KUBECTL = /\bkubectl(?= [a-z])/g;

/** Every command in the text reaches the cluster that was looked at, not the one of the moment. */
export function completeAction(text: string, { gatewayTls, kubectl }: Access): string {
  return text.replaceAll(OURS, addFlags(gatewayTls)).replaceAll(KUBECTL, addFlags(kubectl));
}

const addFlags =
  (flags: readonly string[]) =>
  (command: string): string =>
    [command, ...flags].join(" ");

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

/** The same error with a hint that can be pasted as it is; anything else as it came. */
export function completeError(error: unknown, access: Access): unknown {
  if (!(error instanceof UserError) || error.hint === undefined) return error;
  const { code, message, cause, exitCode, retry } = error;
  const hint = completeAction(error.hint, access);
  return new UserError(code, message, {
    hint,
    cause,
    exitCode,
    ...(retry === undefined ? {} : { retry }),
  });
}
