import { UserError } from "../../errors.ts";
import type { ReleaseRequest } from "../../ports/charts.ts";

/** Old revisions are Secrets that every `helm list` reads. */
const HISTORY = 5;
const UNINSTALL_TIMEOUT = "300s";

/**
 * `helm upgrade --install`, the same for Helm 3 and 4. `--reset-values`: without it an empty set
 * of values means "as before". Values come on standard input.
 */
export function upgradeArguments(request: ReleaseRequest): string[] {
  const { name, namespace, chart, repository, version, labels, timeLimitMs } = request;
  refuseOption(name);
  refuseOption(chart);
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return [
    "upgrade",
    "--install",
    name,
    chart,
    `--namespace=${namespace}`,
    ...(version === undefined ? [] : [`--version=${version}`]),
    ...(repository === undefined ? [] : [`--repo=${repository}`]),
    ...(pairs.length === 0 ? [] : [`--labels=${pairs.join(",")}`]),
    "--reset-values",
    "--values=-",
    "--wait",
    `--timeout=${Math.ceil(timeLimitMs / 1000)}s`,
    `--history-max=${HISTORY}`,
  ];
}

/** Does not wait: what follows is an upgrade, and that waits. */
export function rollbackArguments(name: string, namespace: string, revision: number): string[] {
  refuseOption(name);
  return ["rollback", name, String(revision), `--namespace=${namespace}`];
}

/** Waits until the objects are gone; a release that is not there is no failure. */
export function uninstallArguments(name: string, namespace: string): string[] {
  refuseOption(name);
  return [
    "uninstall",
    name,
    `--namespace=${namespace}`,
    "--ignore-not-found",
    "--wait",
    `--timeout=${UNINSTALL_TIMEOUT}`,
  ];
}

/** helm would read it as a flag. */
function refuseOption(value: string): void {
  if (!value.startsWith("-")) return;
  throw new UserError("GT-CHART-NOT-FOUND", `${value} is neither a release's name nor a chart.`, {
    hint: "Check the reference given with --chart: it must not begin with a hyphen.",
    exitCode: 2,
  });
}
