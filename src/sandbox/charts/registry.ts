import { UserError } from "../../errors.ts";
import type { ReleaseRequest } from "../../ports/charts.ts";
import type { SandboxChart } from "./chart.ts";

export interface ChartVersion {
  chart: SandboxChart;
  version: string;
  appVersion: string;
}

/**
 * The chart that a reference names by its last part: `oci://.../cert-manager`,
 * `./cert-manager-v1.21.1.tgz`. Throws `GT-CHART-UNREACHABLE`.
 */
export function findChart(
  charts: readonly SandboxChart[],
  request: Pick<ReleaseRequest, "chart" | "version">,
): ChartVersion {
  const last = request.chart.replace(/@sha256:.*$/, "").replace(/\.tgz$/, "");
  const file = last.split("/").at(-1) ?? "";
  const [, name = file, inName] = /^(.*?)(?:[-:](v?\d+\.\d+\.\d+.*))?$/.exec(file) ?? [];
  const chart = charts.find((one) => one.name === name);
  if (chart === undefined) throw unreachable(request.chart);
  const wanted = request.version ?? inName ?? Object.keys(chart.versions).at(-1) ?? "0.0.0";
  const known = Object.entries(chart.versions).find(([one]) => bare(one) === bare(wanted));
  const [version, appVersion] = known ?? [wanted, wanted];
  return { chart, version, appVersion };
}

/** Charts differ in whether their versions carry a `v`. */
function bare(version: string): string {
  return version.replace(/^v/, "");
}

function unreachable(reference: string): UserError {
  return new UserError(
    "GT-CHART-UNREACHABLE",
    `The chart ${reference} cannot be reached: the sandbox has no chart of that name.`,
    {
      hint: "Name another source with --chart.",
      retry: { limitMs: 60_000, intervalMs: 5_000, reason: `waiting for ${reference}` },
    },
  );
}
