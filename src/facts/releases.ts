import type { ChartName } from "../config/config.ts";
import type { Charts, Release } from "../ports/charts.ts";
import { readFact, type Fact } from "./fact.ts";
import { isOurs } from "./ownership.ts";

/** The newest revision of every helm release of the cluster. */
export async function readReleases(charts: Charts): Promise<Fact<Release[]>> {
  return readFact(() => charts.list());
}

/** The releases of one chart; `ours` is `undefined` where we made none. */
export interface FoundReleases {
  ours: Release | undefined;
  foreign: Release[];
}

/** Releases of one chart, split by our label; an uninstalled one that helm kept does not count. */
export function findReleases(releases: readonly Release[], chart: ChartName): FoundReleases {
  const found = releases.filter((one) => one.chart === chart && one.status !== "uninstalled");
  return {
    ours: found.find(({ labels }) => isOurs(labels)),
    foreign: found.filter(({ labels }) => !isOurs(labels)),
  };
}

/** Whether helm refuses another operation on it until it is recovered. */
export function isStuck({ status }: Release): boolean {
  return status.startsWith("pending-") || status === "uninstalling";
}

/** `cert-manager/cert-manager`, as helm's users write it. */
export function describeRelease({ namespace, name }: Release): string {
  return `${namespace}/${name}`;
}
