import { Cancelled, UserError } from "../../errors.ts";
import type { Charts, Release, ReleaseRequest } from "../../ports/charts.ts";
import { forbiddenError, unreachableError } from "../kubernetes-errors.ts";
import type { Simulation } from "../simulation.ts";
import type { StoredRelease } from "../world-state.ts";
import { type SandboxChart } from "./chart.ts";
import { type ChartVersion, findChart } from "./registry.ts";
import { applyRelease, owned, refuseForeign, removeRelease } from "./release-objects.ts";
import { waitForDeployments } from "./wait-for-deployments.ts";

/** Rendering and starting hooks take a while before the first object is there. */
const START_MS = 1_500;

/** helm over the simulated cluster. */
export function createCharts(
  simulation: Simulation,
  charts: readonly SandboxChart[],
  onWrite: () => void,
): Charts {
  const enter = async (): Promise<void> => {
    simulation.clock.touch();
    await Promise.resolve();
    if (simulation.hasFault("unreachable-cluster")) throw unreachableError();
  };
  return {
    list: async () => {
      await enter();
      return simulation.state.releases.map(shown);
    },
    apply: async (request, { signal, onProgress }) => {
      await enter();
      if (signal.aborted) throw new Cancelled();
      if (simulation.hasFault("forbidden")) throw forbiddenSecrets(request);
      const chart = findChart(charts, request);
      await upgrade(simulation, request, chart, { signal, onProgress, onWrite });
    },
    rollback: async (name, namespace) => {
      await enter();
      rollBack(simulation, name, namespace);
      onWrite();
    },
    uninstall: async (name, namespace) => {
      await enter();
      if (uninstall(simulation, name, namespace)) onWrite();
    },
  };
}

/** `false` where no release is. */
function uninstall(simulation: Simulation, name: string, namespace: string): boolean {
  const { state } = simulation;
  const release = find(simulation, name, namespace);
  if (release === undefined) return false;
  removeRelease(simulation, { name, namespace });
  state.releases = state.releases.filter((one) => one !== release);
  simulation.notice();
  return true;
}

/** helm keeps each revision in a Secret, before it makes anything else. */
const forbiddenSecrets = ({ namespace }: ReleaseRequest): UserError =>
  forbiddenError("create", { resource: "secrets", group: "", namespace });

/** A new revision with what the newest deployed one had. */
function rollBack(simulation: Simulation, name: string, namespace: string): void {
  const release = find(simulation, name, namespace);
  const { deployed } = release ?? {};
  if (release === undefined || deployed === undefined) throw noRevision(name, namespace);
  const updatedAt = new Date(simulation.now).toISOString();
  const back = { ...structuredClone(deployed), revision: release.revision + 1, updatedAt };
  keep(simulation, { ...back, deployed: structuredClone(back) });
}

interface UpgradeOptions {
  signal: AbortSignal;
  onProgress: ((message: string) => void) | undefined;
  onWrite: () => void;
}

/** `helm upgrade --install --wait`: pending, applied, waited for, deployed or failed. */
async function upgrade(
  simulation: Simulation,
  request: ReleaseRequest,
  { chart, version, appVersion }: ChartVersion,
  { signal, onProgress, onWrite }: UpgradeOptions,
): Promise<void> {
  const before = find(simulation, request.name, request.namespace);
  if (before?.status.startsWith("pending-") === true) throw pendingError(before);
  if (before?.status === "uninstalling") throw noDeployed(before);
  const facts = { ...request, version, appVersion };
  const problems = chart.check(version, request.values);
  if (problems.length > 0) throw valuesError(`${request.namespace}/${request.name}`, problems);
  const objects = chart.render(facts).map((object) => owned(object, request));
  refuseForeign(simulation, objects, request);
  const release = nextRevision(simulation, request, { chart, version, appVersion }, before);
  keep(simulation, release);
  onWrite();
  const finish = (status: "deployed" | "failed"): void => {
    const done: Release = { ...shown(release), status };
    const deployed = status === "deployed" ? structuredClone(done) : release.deployed;
    keep(simulation, { ...done, ...(deployed === undefined ? {} : { deployed }) });
    onWrite();
  };
  try {
    await simulation.clock.sleep(START_MS, signal);
    applyRelease(simulation, objects, request);
    onWrite();
    onProgress?.(`waiting for the Deployments of ${request.name}`);
    await waitForDeployments(simulation, objects, request, signal);
  } catch (error) {
    finish("failed");
    if (signal.aborted) throw new Cancelled();
    throw error;
  }
  finish("deployed");
}

function nextRevision(
  simulation: Simulation,
  request: ReleaseRequest,
  { chart, version, appVersion }: ChartVersion,
  before: StoredRelease | undefined,
): StoredRelease {
  const { name, namespace, values, labels } = request;
  return {
    ...structuredClone({ name, namespace, values, labels }),
    revision: (before?.revision ?? 0) + 1,
    status: before === undefined ? "pending-install" : "pending-upgrade",
    chart: chart.name,
    chartVersion: version,
    appVersion,
    updatedAt: new Date(simulation.now).toISOString(),
    ...(before?.deployed === undefined ? {} : { deployed: before.deployed }),
  };
}

function find({ state }: Simulation, name: string, namespace: string): StoredRelease | undefined {
  return state.releases.find((one) => one.name === name && one.namespace === namespace);
}

function keep(simulation: Simulation, release: StoredRelease): void {
  const { state } = simulation;
  const others = state.releases.filter(
    ({ name, namespace }) => name !== release.name || namespace !== release.namespace,
  );
  state.releases = [...others, release];
  simulation.notice();
}

function shown({ deployed: _, ...release }: StoredRelease): Release {
  return structuredClone(release);
}

function pendingError({ name, revision, status, updatedAt }: Release): UserError {
  return new UserError(
    "GT-RELEASE-PENDING",
    `helm refuses ${name}: another operation (install/upgrade/rollback) is in progress (revision ${revision}, ${status} since ${updatedAt}).`,
    { hint: "If no helm is running, roll the release back or uninstall it." },
  );
}

/** What was deployed became the one that is being uninstalled (helm, pkg/action/upgrade.go). */
function noDeployed({ name, namespace }: Release): UserError {
  return new UserError(
    "GT-RELEASE-STATE",
    `The release ${namespace}/${name} cannot be upgraded: "${name}" has no deployed releases.`,
    { hint: "See what happened to it with helm history, then run the same command again." },
  );
}

function valuesError(release: string, problems: readonly string[]): UserError {
  return new UserError(
    "GT-CHART-VALUES",
    `The chart refuses the values of ${release}: ${problems.join("; ")}.`,
    {
      hint: "Check the chart's `values` in the config, and whether the chart is of the planned version.",
    },
  );
}

function noRevision(name: string, namespace: string): UserError {
  return new UserError(
    "GT-RELEASE-STATE",
    `The release ${namespace}/${name} has no revision to go back to.`,
    {
      hint: `Remove it, then run the same command again: helm uninstall ${name} --namespace ${namespace}`,
    },
  );
}
