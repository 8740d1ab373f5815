import { isRecord } from "../json.ts";
import type { PolicyDocument, Role, Tags } from "../ports/aws.ts";
import type { Release, ReleaseRequest } from "../ports/charts.ts";
import type { KubernetesObject, ObjectMeta } from "../ports/kubernetes.ts";
import { findDifferences } from "./difference.ts";
import { INSTALLATION_TAG } from "./identity.ts";
import { MANAGED_BY, MANAGER } from "./manifest.ts";
import type { PlanItem } from "./plan.ts";
import { compareVersions } from "./version.ts";

/** What is to be done about one thing, as a part of its PlanItem. */
export type Comparison = Pick<PlanItem, "intent" | "fields" | "owner" | "reason">;

/**
 * Absent: create. Without our label: foreign, with its owner. Every desired field there, whatever
 * else there is: keep. Else update, with the fields that differ.
 */
export function compareObject(
  desired: KubernetesObject,
  live: KubernetesObject | undefined,
): Comparison {
  if (live === undefined) return { intent: "create" };
  if (live.metadata.labels?.[MANAGED_BY] !== MANAGER) {
    return { intent: "foreign", owner: findObjectOwner(live.metadata) };
  }
  return update(findDifferences(desired, live));
}

/** Whose an object is that has no label of ours, as a clause: `helm release shop of shop`. */
function findObjectOwner({ labels, annotations, managedFields }: ObjectMeta): string {
  const release = annotations?.["meta.helm.sh/release-name"];
  if (release !== undefined) {
    return `helm release ${release} of ${annotations?.["meta.helm.sh/release-namespace"] ?? "?"}`;
  }
  const label = labels?.[MANAGED_BY];
  if (label !== undefined) return label;
  const managers = new Set((managedFields ?? []).map(({ manager }) => manager));
  return managers.size === 0 ? "someone else (it has no label of ours)" : [...managers].join(", ");
}

/**
 * A release without our label is foreign; one whose chart is newer is kept, whatever its values;
 * one that is not deployed, is older, or has other values is to be updated.
 */
export function compareRelease(desired: ReleaseRequest, live: Release | undefined): Comparison {
  if (live === undefined) return { intent: "create" };
  if (live.labels[MANAGED_BY] !== MANAGER) {
    const what = `${live.chart} ${live.chartVersion}`;
    return { intent: "foreign", owner: `a helm release not made by gateway-tls (${what})` };
  }
  if (isNewerChart(desired, live)) {
    const { chartVersion } = live;
    return {
      intent: "keep",
      reason: `${chartVersion} is newer than ${desired.version ?? ""}: left as it is`,
    };
  }
  const fields = [
    ...(live.status === "deployed" ? [] : [`status ${live.status}`]),
    ...compareChartVersion(desired.version, live.chartVersion),
    ...(isDeepEqual(desired.values, live.values) ? [] : compareValues(desired, live)),
  ];
  return update(fields);
}

/**
 * Whether somebody brought a release above the version that is planned. Its values belong to that
 * version, and an older chart would bring older CRDs, which drop fields of what is stored.
 */
export function isNewerChart(
  planned: Pick<ReleaseRequest, "version">,
  live: Pick<Release, "status" | "chartVersion">,
): boolean {
  return live.status === "deployed" && isAbove(planned, live);
}

/** The same of one that failed on its way: which of the two versions is there, only people know. */
export function hasFailedAbove(
  planned: Pick<ReleaseRequest, "version">,
  live: Pick<Release, "status" | "chartVersion">,
): boolean {
  return live.status === "failed" && isAbove(planned, live);
}

const isAbove = (
  { version }: Pick<ReleaseRequest, "version">,
  { chartVersion }: Pick<Release, "chartVersion">,
): boolean => version !== undefined && compareVersions(chartVersion, version) > 0;

/** Whether two policy documents mean the same: order, and one string for a list of one, do not. */
export function comparePolicyDocument(desired: PolicyDocument, live: PolicyDocument): boolean {
  return canonicalize(desired) === canonicalize(live);
}

/** Whether every wanted tag is there; others may have added theirs. */
export function compareTags(desired: Tags, live: Tags): boolean {
  return Object.entries(desired).every(([key, value]) => live[key] === value);
}

/** The role as it should be: its tag, its trust, its policy. */
export function compareRole(
  desired: { trust: PolicyDocument; tags: Tags; policyArn: string },
  live: Pick<Role, "trust" | "tags" | "attachedPolicyArns"> | undefined,
): Comparison {
  if (live === undefined) return { intent: "create" };
  if (!compareTags(desired.tags, live.tags)) {
    return { intent: "foreign", owner: findTagOwner(live.tags) };
  }
  return update([
    ...(comparePolicyDocument(desired.trust, live.trust) ? [] : ["trust policy"]),
    ...(live.attachedPolicyArns.includes(desired.policyArn) ? [] : ["attached policies"]),
  ]);
}

/** Whose an AWS resource is that has not our tag, as a clause. */
export function findTagOwner(live: Tags): string {
  const installation = live[INSTALLATION_TAG];
  return installation === undefined
    ? "someone else (it has no tag of ours)"
    : `the installation ${installation}`;
}

function update(fields: string[]): Comparison {
  return fields.length === 0 ? { intent: "keep" } : { intent: "update", fields };
}

/** A chart given as an archive has no version of its own to compare. */
function compareChartVersion(desired: string | undefined, live: string): string[] {
  if (desired === undefined || desired.replace(/^v/, "") === live.replace(/^v/, "")) return [];
  return [`chart ${live} -> ${desired}`];
}

function compareValues(desired: ReleaseRequest, live: Release): string[] {
  const paths = [
    ...findDifferences(desired.values, live.values),
    ...findDifferences(live.values, desired.values),
  ];
  return paths.length === 0 ? ["values"] : [...new Set(paths.map((path) => `values.${path}`))];
}

function isDeepEqual(left: unknown, right: unknown): boolean {
  return JSON.stringify(sortKeys(left)) === JSON.stringify(sortKeys(right));
}

function canonicalize(document: PolicyDocument): string {
  return JSON.stringify(sortKeys(normalizeSets(document)));
}

/** In a policy every list is a set, and a set of one may be written without its brackets. */
function normalizeSets(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = [...new Set(value.map((item) => JSON.stringify(sortKeys(normalizeSets(item)))))];
    return items.length === 1 ? JSON.parse(items[0] ?? "null") : items.sort();
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, normalizeSets(inner)]),
  );
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}
