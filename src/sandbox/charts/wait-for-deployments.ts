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
  request: ReleaseRequest,
  signal: AbortSignal,
): Promise<void> {
  const deadline = simulation.now + request.timeLimitMs;
  const deployments = objects.filter(({ kind }) => kind === "Deployment");
  for (;;) {
    const open = deployments.filter((deployment) => !isRolledOut(simulation, deployment));
    if (open.length === 0) return;
    if (simulation.now >= deadline) throw notReady(request, open);
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

/** As the helm adapter says it. */
function notReady(
  { name, namespace, timeLimitMs }: ReleaseRequest,
  open: readonly KubernetesObject[],
): UserError {
  const release = `${namespace}/${name}`;
  const seen = open.map(({ metadata }) => `Deployment ${namespace}/${metadata.name}`).join(", ");
  return new UserError(
    "GT-RELEASE-TIMEOUT",
    `The release ${release} was not ready within ${Math.round(timeLimitMs / 1000)} s; last seen: ${seen}.`,
    {
      hint: "Look at its pods and their events, then run the same command again: it resumes.",
      exitCode: 124,
      written: [`began with helm release ${release}`],
    },
  );
}
