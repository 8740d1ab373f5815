import type { Config } from "../config/config.ts";
import type { Facts } from "../facts/facts.ts";
import { buildNames } from "../plan/names.ts";
import type { VersionSet } from "../plan/version-sets.ts";
import type { Check, CheckReport } from "./check.ts";
import { clusterChecks } from "./cluster-checks.ts";
import { dnsChecks } from "./dns-checks.ts";
import { hostChecks } from "./host-checks.ts";
import { identityChecks } from "./identity-checks.ts";
import { installChecks } from "./install-checks.ts";
import { loadBalancerChecks } from "./load-balancer-checks.ts";
import { partChecks } from "./part-checks.ts";
import { runChecks } from "./run-checks.ts";
import { toolChecks } from "./tool-checks.ts";
import { zoneChecks } from "./zone-checks.ts";

/** Everything that must be true before the first write, in the order it is shown. */
export const preflightChecks: readonly Check[] = [
  ...toolChecks,
  ...clusterChecks,
  ...zoneChecks,
  ...dnsChecks,
  ...partChecks,
  ...identityChecks,
  ...loadBalancerChecks,
  ...installChecks,
  ...hostChecks,
];

/** Judges all of it at once; pure. */
export function runPreflight(input: {
  config: Config;
  facts: Facts;
  versions: VersionSet;
  about?: readonly string[];
}): CheckReport {
  const { caller, cluster } = input.facts;
  const names =
    caller.known && cluster.known && cluster.value !== undefined
      ? buildNames({ caller: caller.value, cluster: cluster.value })
      : undefined;
  return runChecks(preflightChecks, { ...input, names });
}
