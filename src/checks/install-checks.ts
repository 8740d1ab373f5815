import type { Config } from "../config/config.ts";
import { valueOf } from "../facts/fact.ts";
import type { KeptConfig } from "../facts/kept-config.ts";
import { describeRelease, findReleases } from "../facts/releases.ts";
import { listNames } from "../nearest.ts";
import { isNewerChart } from "../plan/compare.ts";
import { locateChart } from "../plan/releases.ts";
import type { Release } from "../ports/charts.ts";
import { failed, judge, ok, warning, type Check, type CheckInput, type Verdict } from "./check.ts";

/** That the cluster has room for this installation and what it points to. */
export const installChecks: readonly Check[] = [
  {
    id: "installation",
    title: "No other installation holds the cluster",
    after: ["cluster-reachable"],
    blames: ["access"],
    evaluate: (input) => judge(input.facts.keptConfig, (kept) => judgeKept(input, kept)),
  },
  {
    id: "names",
    title: "The names of our objects are free or ours",
    after: ["cluster-reachable"],
    blames: ["access"],
    evaluate: ({ facts }) =>
      judge(facts.objects, (objects) => {
        const foreign = objects.filter(({ owner }) => !owner.ours);
        const [first] = foreign;
        if (first === undefined) return ok();
        const texts = foreign.map(({ kind, name, owner }) => `${kind} ${name} (${owner.name})`);
        return failed(
          "GT-NAME-TAKEN",
          `Objects with our names exist and are not ours: ${listNames(texts)}.`,
          `Rename or delete them, or use other namespaces in gateway-tls.yaml: kubectl delete ${describeForKubectl(first.kind, first.name)}`,
        );
      }),
  },
  {
    id: "namespaces",
    title: "No namespace we need is being deleted",
    after: ["cluster-reachable"],
    blames: ["access"],
    evaluate: ({ config, facts }) =>
      judge(facts.namespaces, (namespaces) => {
        const needed = listNamespaces(config);
        const ending = namespaces.filter((one) => one.terminating && needed.includes(one.name));
        const [first] = ending;
        if (first === undefined) return ok();
        return failed(
          "GT-NAMESPACE-TERMINATING",
          `${listNames(ending.map(({ name }) => name))} is being deleted: nothing can be created there.`,
          `Wait until it is gone, or see what holds it: kubectl get namespace ${first.name} -o jsonpath='{.status.conditions}'`,
        );
      }),
  },
];

function judgeKept(input: CheckInput, kept: KeptConfig | undefined): Verdict {
  const { config } = input;
  if (kept === undefined) return ok("none yet");
  if (!kept.owner.ours) {
    return failed(
      "GT-NAME-TAKEN",
      `The ConfigMap gateway-tls/gateway-tls exists and is not ours (${kept.owner.name}).`,
      "Rename or delete it: kubectl delete configmap gateway-tls --namespace gateway-tls",
    );
  }
  const { domain, versions } = kept;
  if (domain !== undefined && domain !== config.domain) {
    return failed(
      "GT-INSTALLATION-OTHER",
      `This cluster already has an installation for ${domain}, and a cluster holds one.`,
      `Use --domain ${domain}, or run \`gateway-tls uninstall\` first.`,
    );
  }
  const zone = judgeKeptZone(input, kept);
  if (zone?.state === "failed") return zone;
  if (versions !== undefined && versions !== config.versions) {
    return failed(
      "GT-INSTALLATION-VERSIONS",
      `The installation has the version set ${versions}, and init never changes installed versions.`,
      `Use --versions ${versions}. To change the set, run \`gateway-tls uninstall --delete-crds\` first.`,
    );
  }
  return zone ?? ok(domain);
}

/** `undefined` where it is the zone that is meant now, or nobody knows. */
function judgeKeptZone(input: CheckInput, { zoneId }: KeptConfig): Verdict | undefined {
  const { config, facts } = input;
  const found = valueOf(facts.zone);
  const chosen = found?.zone?.id;
  if (found === undefined || zoneId === undefined || chosen === undefined) return undefined;
  if (zoneId === chosen) return undefined;
  const uses = `This cluster's installation for ${config.domain} uses the hosted zone ${zoneId}`;
  if (found.publicZones.some(({ id }) => id === zoneId)) {
    return failed(
      "GT-INSTALLATION-OTHER",
      `${uses}, not ${chosen}.`,
      `Use --zone-id ${zoneId}, or run \`gateway-tls uninstall\` first.`,
    );
  }
  const left = findLeftAlone(input, chosen);
  if (left !== undefined) {
    const { name, namespace } = left;
    return failed(
      "GT-CHART-NEWER",
      `${uses}, which the account has no more. ${describeRelease(left)} would go on with it: it is newer than this version of gateway-tls installs, and a run leaves it alone.`,
      `Set --zone-id-filter=${chosen} in its values with helm upgrade, then run the same command again. They are: helm get values ${name} --namespace ${namespace}`,
    );
  }
  return warning(
    "GT-ZONE-REPLACED",
    `${uses}, which the account has no more: a run gives ExternalDNS the zone ${chosen} in its place.`,
    `Check that it is the one that is meant: aws route53 get-hosted-zone --id ${chosen}`,
  );
}

/** ExternalDNS whose values no run changes, as long as they do not name the zone. */
function findLeftAlone(
  { config, facts, versions }: CheckInput,
  zoneId: string,
): Release | undefined {
  const chart = "external-dns";
  const { ours } = findReleases(valueOf(facts.releases) ?? [], chart);
  if (ours === undefined || !isNewerChart(locateChart(config, versions, chart), ours)) {
    return undefined;
  }
  return JSON.stringify(ours.values).includes(`=${zoneId}"`) ? undefined : ours;
}

function listNamespaces({ namespaces, hosts }: Config): string[] {
  const backends = hosts.map(({ backend }) => backend.namespace);
  return ["gateway-tls", ...Object.values(namespaces), ...backends];
}

function describeForKubectl(kind: string, name: string): string {
  const [namespace, own] = name.includes("/") ? name.split("/") : [undefined, name];
  const what = `${kind.toLowerCase()} ${own ?? ""}`;
  return namespace === undefined ? what : `${what} --namespace ${namespace}`;
}
