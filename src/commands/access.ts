import type { CheckResult } from "../checks/check.ts";
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
/** Its config commands read the file: which context is the one of the moment is nothing to them. */
const KUBECTL_CONFIG = /\bkubectl(?= config )/g;
const KUBECTL = /\bkubectl(?= (?!config )[a-z])/g;
const HELM = /\bhelm(?= (?:get|rollback|status|uninstall) )/g;

/** Every command in the text reaches the cluster that was looked at, not the one of the moment. */
export function completeAction(text: string, { gatewayTls, kubectl }: Access): string {
  const kubeconfig = kubectl.filter((flag) => !flag.startsWith("--context "));
  const helm = kubectl.map((flag) => flag.replace(/^--context /, "--kube-context "));
  return text
    .replaceAll(OURS, addFlags(gatewayTls))
    .replaceAll(KUBECTL_CONFIG, addFlags(kubeconfig))
    .replaceAll(KUBECTL, addFlags(kubectl))
    .replaceAll(HELM, addFlags(helm));
}

const addFlags =
  (flags: readonly string[]) =>
  (command: string): string =>
    [command, ...flags].join(" ");

/** The same error with a hint that can be pasted as it is; anything else as it came. */
export function completeError(error: unknown, access: Access): unknown {
  if (!(error instanceof UserError) || error.hint === undefined) return error;
  const { code, message, cause, exitCode, retry, written } = error;
  const hint = completeAction(error.hint, access);
  return new UserError(code, message, {
    hint,
    cause,
    exitCode,
    written,
    ...(retry === undefined ? {} : { retry }),
  });
}

/** Results of checks with hints that can be pasted. */
export function completeChecks(checks: readonly CheckResult[], access: Access): CheckResult[] {
  return checks.map((check) => completeHint(check, access));
}

/** The same with a hint that can be pasted as it is. */
export function completeHint<T extends { hint?: string | null }>(one: T, access: Access): T {
  return typeof one.hint === "string" ? { ...one, hint: completeAction(one.hint, access) } : one;
}
