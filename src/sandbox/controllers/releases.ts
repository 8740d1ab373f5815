import type { Simulation } from "../simulation.ts";
import type { StoredRelease } from "../world-state.ts";
import { fullName } from "../charts/chart.ts";
import { readyPods } from "./workloads.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";

/** A release whose controller can act. */
export interface RunningRelease {
  release: StoredRelease;
  /** Its controller's newest ready Pod. */
  pod: KubernetesObject;
  /** `1.21.1` -> 21, whatever the chart's own numbering. */
  minor: number;
}

/** The releases of a chart whose controller runs. */
export function runningReleases(simulation: Simulation, chart: string): RunningRelease[] {
  return simulation.state.releases
    .filter((release) => release.chart === chart)
    .flatMap((release) => {
      const name = fullName(release.name, chart);
      const pod = readyPods(simulation, name, release.namespace).at(-1);
      const minor = Number(release.appVersion.replace(/^v/, "").split(".")[1] ?? 0);
      return pod === undefined ? [] : [{ release, pod, minor }];
    });
}
