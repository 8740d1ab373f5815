import type { ChartName } from "../config/config.ts";
import { chartNames } from "../config/names.ts";
import { findOwner, isOurs } from "../facts/ownership.ts";
import { kinds } from "../kinds.ts";
import { MANAGED_BY, MANAGER, PART_OF } from "../plan/manifest.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { awaitAll, thenAlways } from "./first-error.ts";
import { refOf } from "./objects.ts";
import { findOwn, nameOf } from "./removal/removal.ts";
import type { StepContext } from "./step.ts";

/**
 * The API group of a chart's CRDs, with those below it, and the label that marks them as ours.
 * Those of a `crds` folder helm makes without any mark of the release; cert-manager's are
 * templates, which helm adopts again only as long as they say that helm manages them.
 */
const CRDS: Record<ChartName, { group: string; mark: string }> = {
  "external-dns": { group: "externaldns.k8s.io", mark: MANAGED_BY },
  "nginx-gateway-fabric": { group: "gateway.nginx.org", mark: MANAGED_BY },
  "cert-manager": { group: "cert-manager.io", mark: PART_OF },
};

/**
 * Installs by `install`, and marks the CRDs that came with it as ours, so that `uninstall
 * --delete-crds` knows them: also those that a failed install left, which the next one would take
 * for somebody else's. Those that were there before stay as they are.
 */
export async function markChartCrds(
  { world }: Pick<StepContext, "world">,
  chart: ChartName,
  install: () => Promise<void>,
): Promise<void> {
  const find = async () =>
    (await world.kubernetes.list(kinds.CustomResourceDefinition)).filter((crd) =>
      isOfChart(crd, chart),
    );
  const before = new Set((await find()).map(nameOf));
  await thenAlways(install, async () => {
    const made = (await find()).filter((crd) => !before.has(nameOf(crd)));
    await mark({ world }, chart, made);
  });
}

/** Marks what a killed install left, as long as the kept config tells whose it is. */
export async function markLeftByKilled(
  context: Pick<StepContext, "world" | "plan">,
): Promise<void> {
  const crds = await context.world.kubernetes.list(kinds.CustomResourceDefinition);
  await awaitAll(
    chartNames.map(async (chart) =>
      mark(context, chart, await findLeftByKilled(context, chart, crds)),
    ),
  );
}

async function mark(
  { world }: Pick<StepContext, "world">,
  chart: ChartName,
  crds: readonly KubernetesObject[],
): Promise<void> {
  // A patch, because kubectl refuses to apply a CRD of which only the label is given.
  const labels = { [CRDS[chart].mark]: MANAGER };
  await awaitAll(crds.map((crd) => world.kubernetes.patch(refOf(crd), { metadata: { labels } })));
}

/**
 * Those of `crds` that a killed helm of ours made, which nobody could mark any more. Helm gives those
 * of a `crds` folder no sign of their release: they are ours when helm made them, not before our
 * kept config, and no release of somebody else has the chart.
 */
export async function findLeftByKilled(
  { world, plan }: Pick<StepContext, "world" | "plan">,
  chart: ChartName,
  crds: readonly KubernetesObject[],
): Promise<KubernetesObject[]> {
  const { name, namespace } = plan.releases[chart];
  const ofHelm = ["helm", `helm release ${namespace}/${name}`];
  const unmarked = crds.filter(
    (crd) =>
      isOfChart(crd, chart) &&
      crd.metadata.labels?.[CRDS[chart].mark] !== MANAGER &&
      ofHelm.includes(findOwner(crd.metadata).name),
  );
  if (unmarked.length === 0) return [];
  const [kept, releases] = await Promise.all([
    findOwn({ world }, refOf(plan.keptConfig)),
    world.charts.list(),
  ]);
  const since = kept?.metadata.creationTimestamp;
  const isShared = releases.some((release) => release.chart === chart && !isOurs(release.labels));
  if (since === undefined || isShared) return [];
  return unmarked.filter(({ metadata: { creationTimestamp = "" } }) => creationTimestamp >= since);
}

const isOfChart = ({ metadata }: KubernetesObject, chart: ChartName): boolean =>
  metadata.name.endsWith(`.${CRDS[chart].group}`);
