import type { ErrorCode } from "../errors.ts";
import { describeRelease, findReleases, isStuck } from "../facts/releases.ts";
import type { ChartName } from "../config/config.ts";
import { listNames } from "../nearest.ts";
import { hasFailedAbove, isNewerChart } from "../plan/compare.ts";
import { locateChart } from "../plan/releases.ts";
import type { Release } from "../ports/charts.ts";
import { failed, judge, ok, warning, type Check, type CheckInput, type Verdict } from "./check.ts";
import { adviseOnOurCrds } from "./crd-advice.ts";
import { decide } from "./ownership-rules.ts";
import type { Part } from "./parts.ts";
import { lookAtParts } from "./parts.ts";

/** What exists of the parts that init brings, and whose it is. */
export const partChecks: readonly Check[] = [
  {
    id: "gateway-api-crds",
    title: "The Gateway API CRDs are absent, ours, or compatible",
    after: ["cluster-reachable", "installation"],
    blames: ["access"],
    evaluate: (input) => judge(input.facts.crds, () => judgeCrds(input)),
  },
  {
    id: "cert-manager",
    title: "cert-manager is absent, ours, or can be used",
    after: ["cluster-reachable"],
    blames: ["access"],
    evaluate: (input) =>
      judge(input.facts.releases, () =>
        judge(input.facts.certManagers, () => judgePart(input, "cert-manager")),
      ),
  },
  {
    id: "cert-manager-crds",
    title: "No stray cert-manager CRDs are in the way",
    after: ["cluster-reachable", "cert-manager"],
    blames: ["access"],
    evaluate: (input) => judge(input.facts.crds, () => judgePart(input, "cert-manager CRDs")),
  },
  {
    id: "external-dns",
    title: "ExternalDNS is absent, ours, or beside ours",
    after: ["cluster-reachable"],
    blames: ["access"],
    evaluate: (input) => judge(input.facts.releases, () => judgePart(input, "ExternalDNS")),
  },
  {
    id: "gateway-controller",
    title: "NGINX Gateway Fabric is absent or ours",
    after: ["cluster-reachable"],
    blames: ["access"],
    evaluate: (input) =>
      judge(input.facts.releases, () => judgePart(input, "NGINX Gateway Fabric")),
  },
  {
    id: "gateway-class",
    title: "The GatewayClass is free or served by our controller",
    after: ["gateway-controller"],
    blames: ["access"],
    evaluate: (input) => judge(input.facts.gatewayClasses, () => judgePart(input, "GatewayClass")),
  },
  {
    id: "releases",
    title: "No helm release is stuck",
    after: ["cluster-reachable"],
    blames: ["access"],
    evaluate: ({ facts }) => judge(facts.releases, judgeStuck),
  },
  {
    id: "chart-versions",
    title: "No chart of ours is newer than this version installs",
    after: ["cluster-reachable"],
    blames: ["access"],
    evaluate: (input) => judge(input.facts.releases, (releases) => judgeNewer(input, releases)),
  },
  {
    id: "addons",
    title: "The EKS add-ons can be seen",
    after: ["cluster"],
    evaluate: ({ facts }) =>
      judge(facts.addons, (addons) =>
        ok(addons.length === 0 ? "none" : listNames(addons.map(({ name }) => name))),
      ),
  },
];

/** One part by the ownership rules: only `stop` is a finding. */
export function judgePart(input: CheckInput, part: Part): Verdict {
  const { rule, outcome, seen } = decide(part, lookAtParts(input));
  if (outcome === "stop") {
    const code: ErrorCode = rule.code ?? "GT-PART-FOREIGN";
    return failed(code, `${part} in this cluster is ${seen}; that is ${rule.found}.`, rule.action);
  }
  if (outcome === "use") return ok(`used as it is: ${seen}`);
  if (outcome === "coexist") return ok(`beside ours: ${seen}`);
  return ok();
}

function judgeCrds(input: CheckInput): Verdict {
  const verdict = judgePart(input, "Gateway API CRDs");
  const found = lookAtParts(input).gatewayApi;
  if (verdict.state !== "failed" || found === undefined) return verdict;
  const { version } = input.versions.gatewayApi;
  const missing = found.missing.length === 0 ? "" : `, without ${listNames(found.missing, 3)}`;
  const text = `The cluster has Gateway API CRDs ${lookAtParts(input).seen["Gateway API CRDs"]}${missing}; version set ${input.versions.name} needs ${version}.`;
  const { ours, group } = found;
  const hint = ours ? { hint: adviseOnOurCrds(input, group.versions) } : {};
  return { ...verdict, message: text, ...hint };
}

const OUR_CHARTS: readonly ChartName[] = ["external-dns", "nginx-gateway-fabric", "cert-manager"];

function judgeStuck(releases: readonly Release[]): Verdict {
  const found = OUR_CHARTS.map((chart) => findReleases(releases, chart));
  const foreign = found.flatMap((one) => one.foreign.filter(isStuck));
  const ours = found.flatMap((one) => one.ours ?? []).filter(isStuck);
  const [first] = foreign;
  if (first !== undefined) {
    return failed(
      "GT-RELEASE-STUCK",
      `${listNames(foreign.map(describeStuck))} is not ours and blocks every helm operation on it.`,
      first.status === "pending-install"
        ? `helm uninstall ${first.name} --namespace ${first.namespace}`
        : `helm rollback ${first.name} --namespace ${first.namespace}`,
    );
  }
  if (ours.length === 0) return ok();
  return warning(
    "GT-RELEASE-STUCK-OURS",
    `${listNames(ours.map(describeStuck))} was left by an interrupted run.`,
    "Nothing to do: this run takes an unfinished install away, and rolls an unfinished upgrade back.",
  );
}

/** Told for one that init leaves as it is, values and all; one that failed half-way stops it. */
function judgeNewer({ config, versions }: CheckInput, releases: readonly Release[]): Verdict {
  const all = OUR_CHARTS.flatMap((chart) => {
    const { ours } = findReleases(releases, chart);
    return ours === undefined ? [] : [{ ours, planned: locateChart(config, versions, chart) }];
  });
  const half = all.find(({ ours, planned }) => hasFailedAbove(planned, ours))?.ours;
  if (half !== undefined) return failedHalfWay(half);
  const newer = all
    .filter(({ ours, planned }) => isNewerChart(planned, ours))
    .map(
      ({ ours, planned: { version = "" } }) =>
        `${describeRelease(ours)} (${ours.chartVersion}, not ${version})`,
    );
  if (newer.length === 0) return ok();
  const [is, them] = newer.length === 1 ? ["is", "it"] : ["are", "them"];
  return warning(
    "GT-CHART-NEWER",
    `${listNames(newer)} ${is} newer than this version of gateway-tls installs. A run leaves ${them} alone, also with other values than are planned.`,
    `To have ${them} managed again, use a gateway-tls that installs ${newer.length === 1 ? "that version" : "those versions"}.`,
  );
}

function failedHalfWay(release: Release): Verdict {
  const { name, namespace, chartVersion } = release;
  return failed(
    "GT-CHART-NEWER",
    `${describeRelease(release)} failed on its way to ${chartVersion}, which is newer than this version of gateway-tls installs: a run would take its CRDs down.`,
    `Finish that upgrade, or take it back: helm rollback ${name} --namespace ${namespace}`,
  );
}

function describeStuck(release: Release): string {
  return `${describeRelease(release)} (${release.status}, revision ${release.revision}, since ${release.updatedAt})`;
}
