import { UserError } from "../../errors.ts";
import type { ReleaseRequest } from "../../ports/charts.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { at } from "../fields.ts";
import type { Simulation } from "../simulation.ts";

const LOOK_EVERY_MS = 500;

/** helm's `--wait`: until the release's Deployments are rolled out, or `GT-RELEASE-TIMEOUT`. */
export async function waitForDeployments(
  simulation: Simulation,
  objects: readonly KubernetesObject[],
  { name, timeLimitMs }: ReleaseRequest,
  signal: AbortSignal,
): Promise<void> {
  const deadline = simulation.now + timeLimitMs;
  const deployments = objects.filter(({ kind }) => kind === "Deployment");
  for (;;) {
    const open = deployments.filter((deployment) => !isRolledOut(simulation, deployment));
    if (open.length === 0) return;
    if (simulation.now >= deadline) throw notReady(name, open);
    await simulation.clock.sleep(LOOK_EVERY_MS, signal);
  }
}

function isRolledOut({ store }: Simulation, { metadata }: KubernetesObject): boolean {
  const live = store.findKind("Deployment", metadata.name, metadata.namespace);
  if (live === undefined) return false;
  const replicas = at(live, "spec", "replicas");
  return (
    at(live, "status", "observedGeneration") === live.metadata.generation &&
    at(live, "status", "updatedReplicas") === replicas &&
    at(live, "status", "availableReplicas") === replicas
  );
}

function notReady(release: string, open: readonly KubernetesObject[]): UserError {
  const names = open.map(({ metadata }) => metadata.name).join(", ");
  return new UserError(
    "GT-RELEASE-TIMEOUT",
    `The release ${release} was not ready in time: context deadline exceeded (Deployment ${names}).`,
    { hint: `Look at its pods: kubectl describe deployment ${names}.` },
  );
}
