import type { ChartName } from "../config/config.ts";
import { UserError } from "../errors.ts";
import { kinds } from "../kinds.ts";
import { type Comparison, compareRelease, isNewerChart } from "../plan/compare.ts";
import { isRecord, type Json } from "../json.ts";
import { appVersionOf } from "../plan/version-sets.ts";
import type { PlanItem } from "../plan/plan.ts";
import type { Release, ReleaseRequest } from "../ports/charts.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { markChartCrds } from "./chart-crds.ts";
import type { StepContext } from "./step.ts";
import type { StepId } from "../plan/step-id.ts";

/** One item for the namespace, unless an earlier step makes it, and one for the release. */
export async function inspectRelease(
  { plan, world }: StepContext,
  step: StepId,
  chart: ChartName,
  { withNamespace = true } = {},
): Promise<PlanItem[]> {
  const request = plan.releases[chart];
  const [live, namespace, gone] = await Promise.all([
    findRelease(world, request),
    world.kubernetes.get({ kind: kinds.Namespace, name: request.namespace }),
    findGoneDeployments(world, chart, request),
  ]);
  const intent = namespace === undefined ? "create" : "keep";
  const compared = withDeployments(compareRelease(request, live), gone);
  const { version = null, values } = request;
  const release: PlanItem = {
    step,
    kind: "Helm release",
    name: `${request.namespace}/${request.name}`,
    ...(isKeptNewer(compared) ? {} : { document: { chart: request.chart, version, values } }),
    ...compared,
  };
  if (!withNamespace) return [release];
  return [{ step, kind: "Namespace", name: request.namespace, intent }, release];
}

/** By `app.kubernetes.io/component`; the other charts have one Deployment. */
const COMPONENTS: Partial<Record<ChartName, readonly string[]>> = {
  "cert-manager": ["controller", "webhook", "cainjector"],
};

/** Helm's record says nothing of what somebody deleted since. */
async function findGoneDeployments(
  { kubernetes }: StepContext["world"],
  chart: ChartName,
  { name, namespace, values }: Pick<ReleaseRequest, "name" | "namespace" | "values">,
): Promise<string[]> {
  const labelSelector = `app.kubernetes.io/instance=${name}`;
  const live = await kubernetes.list(kinds.Deployment, { namespace, labelSelector });
  const components = COMPONENTS[chart];
  if (components === undefined) return live.length > 0 ? [] : [`Deployment ${name} is gone`];
  const made = new Set(
    live.map(({ metadata }) => metadata.labels?.["app.kubernetes.io/component"]),
  );
  return components
    .filter((component) => !made.has(component) && !isTurnedOff(values[component]))
    .map((component) => `Deployment of the ${component} is gone`);
}

/** As cert-manager's chart knows it of its CA injector: `cainjector.enabled`. */
function isTurnedOff(values: Json | undefined): boolean {
  return isRecord(values) && values["enabled"] === false;
}

const isKeptNewer = ({ intent, reason }: Comparison): boolean =>
  intent === "keep" && reason !== undefined;

function withDeployments(compared: Comparison, gone: readonly string[]): Comparison {
  return compared.intent === "keep" && gone.length > 0 && !isKeptNewer(compared)
    ? { intent: "update", fields: [...gone] }
    : compared;
}

/**
 * Installs or mends the release. One of ours that a killed helm left half done is put right first:
 * a first install and a removal are taken away, an upgrade is rolled back. The Lease keeps living runs out, and the
 * connection has ended what a killed run left on this machine; a helm that is left on another one
 * cannot be seen.
 */
export async function applyRelease(
  context: StepContext,
  chart: ChartName,
  namespace: KubernetesObject,
): Promise<void> {
  const { world, plan, signal } = context;
  const request = plan.releases[chart];
  if (
    (await world.kubernetes.get({ kind: kinds.Namespace, name: request.namespace })) === undefined
  ) {
    await world.kubernetes.apply([namespace]);
  }
  const live = await recoverPending(context, chart);
  if (live !== undefined && isNewerChart(request, live)) return;
  context.report(`installing ${chart} ${appVersionOf(plan.versions, chart)}`);
  await markChartCrds(context, chart, () =>
    world.charts.apply(request, {
      signal,
      onProgress: (message) => {
        context.report(message);
      },
    }),
  );
}

/** The release as it is afterwards. */
async function recoverPending(
  context: StepContext,
  chart: ChartName,
): Promise<Release | undefined> {
  const { world, plan } = context;
  const { name, namespace } = plan.releases[chart];
  const live = await findRelease(world, plan.releases[chart]);
  if (live === undefined) return undefined;
  // Of what is being uninstalled helm has no revision left to upgrade or to go back to.
  if (live.status === "pending-install" || live.status === "uninstalling") {
    const isGoing = live.status === "uninstalling";
    const what = isGoing ? "finishing the removal" : "removing the unfinished install";
    context.report(`${what} of ${name}`);
    await world.charts.uninstall(name, namespace);
  } else if (live.status === "pending-upgrade" || live.status === "pending-rollback") {
    context.report(`rolling back the unfinished upgrade of ${name}`);
    await world.charts.rollback(name, namespace);
  } else {
    return live;
  }
  return findRelease(world, plan.releases[chart]);
}

/** What runs, in its project's own numbers. Throws where a newer one than ours lacks a part. */
export async function settleRelease(
  { plan, world }: StepContext,
  chart: ChartName,
): Promise<string> {
  const request = plan.releases[chart];
  const live = await findRelease(world, request);
  if (live === undefined || !isNewerChart(request, live)) return appVersionOf(plan.versions, chart);
  const [gone] = await findGoneDeployments(world, chart, live);
  if (gone === undefined) return live.appVersion.replace(/^v/, "");
  const { name, namespace, revision, chartVersion } = live;
  throw new UserError(
    "GT-CHART-NEWER",
    `The release ${namespace}/${name} has the chart ${chartVersion}, which is newer than ${request.version ?? ""} and so not touched, and its ${gone}.`,
    { hint: `Make it anew: helm rollback ${name} ${revision} --namespace ${namespace}` },
  );
}

async function findRelease(
  { charts }: StepContext["world"],
  wanted: Pick<ReleaseRequest, "name" | "namespace">,
): Promise<Release | undefined> {
  return (await charts.list()).find(
    ({ name, namespace }) => name === wanted.name && namespace === wanted.namespace,
  );
}
