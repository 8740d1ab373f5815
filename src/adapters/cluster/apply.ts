import { Cancelled, UserError } from "../../errors.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";
import type { ChildProcesses } from "./child-processes.ts";
import { classifyClusterText } from "./classify.ts";
import { kubectlFlags, type Target } from "./kubeconfig.ts";

/** Who we are among the managers of a field. */
export const FIELD_MANAGER = "gateway-tls";
const GRACE_MS = 10_000;
const LONGEST_LIST = 3;

/**
 * One `kubectl apply --server-side` for all objects, so that what we do is what the user could do.
 * It goes on behind an object that fails; the first failure is what is told, with what was written
 * all the same. Throws Cancelled when it was interrupted.
 */
export async function applyObjects(
  children: ChildProcesses,
  target: Target,
  objects: readonly KubernetesObject[],
): Promise<void> {
  if (objects.length === 0) return;
  const args = [
    "apply",
    "--server-side",
    `--field-manager=${FIELD_MANAGER}`,
    ...kubectlFlags(target),
    "--filename=-",
  ];
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  const finished = await children.run("kubectl", args, { input, graceMs: GRACE_MS });
  if (finished.exitCode === 0) return;
  const failed = withoutApplied(objects, finished.stdout);
  const written = objects
    .filter((object) => !failed.includes(object))
    .map((object) => `applied ${describe([object])}`);
  if (finished.interrupted) throw new Cancelled(undefined, { written });
  const error = classifyClusterText(finished.stderr, target.server, `Applying ${describe(failed)}`);
  throw telling(failed, written, error);
}

/** Failures whose words leave out which object it was. */
const ABOUT_OBJECTS = new Set(["GT-FIELD-CONFLICT", "GT-OBJECT-INVALID", "GT-ADMISSION-DENIED"]);

/** The same error, with what failed in its words where they leave it out, and what did not. */
function telling(
  failed: readonly KubernetesObject[],
  written: readonly string[],
  { code, message, hint, cause, retry, exitCode }: UserError,
): UserError {
  const words = ABOUT_OBJECTS.has(code) ? `${describe(failed)}: ${message}` : message;
  return new UserError(code, words, {
    cause,
    written,
    exitCode,
    ...(hint === undefined ? {} : { hint }),
    ...(retry === undefined ? {} : { retry }),
  });
}

/** kubectl prints `gateway.gateway.networking.k8s.io/edge serverside-applied` for each success. */
function withoutApplied(objects: readonly KubernetesObject[], stdout: string): KubernetesObject[] {
  const applied = new Set(
    [...stdout.matchAll(/^([^./\s]+)\S*\/(\S+) serverside-applied/gm)].map(
      ([, kind = "", name = ""]) => `${kind}/${name}`,
    ),
  );
  return objects.filter(
    ({ kind, metadata }) => !applied.has(`${kind.toLowerCase()}/${metadata.name}`),
  );
}

/** `Gateway web/edge`; many are counted. */
function describe(objects: readonly KubernetesObject[]): string {
  if (objects.length > LONGEST_LIST) return `${objects.length} objects`;
  return objects
    .map(({ kind, metadata: { namespace, name } }) =>
      namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`,
    )
    .join(", ");
}
