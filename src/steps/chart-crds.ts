import type { ChartName } from "../config/config.ts";
import { kinds } from "../kinds.ts";
import { MANAGED_BY, MANAGER } from "../plan/manifest.ts";
import { refOf } from "./removal/removal.ts";
import type { StepContext } from "./step.ts";

/**
 * API groups of the CRDs in a chart's `crds` folder: helm makes them without any mark of the
 * release, and never takes them away. cert-manager's are templates, which bear the release's name.
 */
const GROUPS: Record<ChartName, string | undefined> = {
  "external-dns": "externaldns.k8s.io",
  "nginx-gateway-fabric": "gateway.nginx.org",
  "cert-manager": undefined,
};

/**
 * Installs by `install`, and marks the CRDs that came with it as ours, so that `uninstall
 * --delete-crds` knows them. Those that were there before stay as they are.
 */
export async function markChartCrds(
  { world }: Pick<StepContext, "world">,
  chart: ChartName,
  install: () => Promise<void>,
): Promise<void> {
  const group = GROUPS[chart];
  if (group === undefined) return install();
  const find = async () =>
    (await world.kubernetes.list(kinds.CustomResourceDefinition)).filter(({ metadata }) =>
      metadata.name.endsWith(`.${group}`),
    );
  const before = new Set((await find()).map(({ metadata }) => metadata.name));
  await install();
  const made = (await find()).filter(({ metadata }) => !before.has(metadata.name));
  // A patch, because kubectl refuses to apply a CRD of which only the label is given.
  const labels = { [MANAGED_BY]: MANAGER };
  await Promise.all(
    made.map((crd) => world.kubernetes.patch(refOf(crd), { metadata: { labels } })),
  );
}
