import { Cancelled } from "../../errors.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";
import type { ChildProcesses } from "./child-processes.ts";
import { classifyClusterText } from "./classify.ts";
import { kubectlFlags, type Target } from "./kubeconfig.ts";

/** Who we are among the managers of a field. */
export const FIELD_MANAGER = "gateway-tls";
const GRACE_MS = 10_000;

/**
 * One `kubectl apply --server-side` for all objects, so that what we do is what the user could do.
 * It goes on behind an object that fails; the first failure is what is told.
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
  if (finished.interrupted) throw new Cancelled();
  throw classifyClusterText(finished.stderr, target.server, `Applying ${describe(objects)}`);
}

function describe(objects: readonly KubernetesObject[]): string {
  const [first] = objects;
  return objects.length === 1 && first !== undefined
    ? `${first.kind} ${first.metadata.name}`
    : `${objects.length} objects`;
}
