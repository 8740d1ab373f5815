import type { ChartName } from "../config/config.ts";
import { kinds } from "../kinds.ts";
import { MANAGED_BY, MANAGER, PART_OF } from "../plan/manifest.ts";
import { awaitAll, thenAlways } from "./first-error.ts";
import { refOf } from "./objects.ts";
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
  const { group, mark } = CRDS[chart];
  const find = async () =>
    (await world.kubernetes.list(kinds.CustomResourceDefinition)).filter(({ metadata }) =>
      metadata.name.endsWith(`.${group}`),
    );
  const before = new Set((await find()).map(({ metadata }) => metadata.name));
  await thenAlways(install, async () => {
    const made = (await find()).filter(({ metadata }) => !before.has(metadata.name));
    // A patch, because kubectl refuses to apply a CRD of which only the label is given.
    const labels = { [mark]: MANAGER };
    await awaitAll(made.map((crd) => world.kubernetes.patch(refOf(crd), { metadata: { labels } })));
  });
}
