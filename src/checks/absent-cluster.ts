import { findNearest, listNames } from "../nearest.ts";
import type { Cluster } from "../ports/aws.ts";

/** A cluster that was asked for and is not there, and what is. */
export interface AbsentCluster extends Pick<Cluster, "name" | "region"> {
  account: string | undefined;
  /** Of the region; `undefined` when they could not be listed. */
  names: readonly string[] | undefined;
}

/** What to say of it, wherever it is found out. */
export function describeAbsentCluster({ name, region, account, names }: AbsentCluster): {
  message: string;
  hint: string;
} {
  const nearest = findNearest(name, names ?? []);
  const what = `has no cluster "${name}" in ${region}.`;
  const there = names === undefined ? "" : ` It has: ${listNames(names)}.`;
  return {
    message: `${account === undefined ? "The account" : `Account ${account}`} ${what}${there}`,
    hint:
      nearest === undefined
        ? "Give an existing cluster with --cluster, or another --region or --profile."
        : `Did you mean --cluster ${nearest}?`,
  };
}
