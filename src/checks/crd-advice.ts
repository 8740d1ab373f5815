import type { Config } from "../config/config.ts";
import type { Facts } from "../facts/facts.ts";
import { valueOf } from "../facts/fact.ts";
import { compareVersions, minorOf } from "../plan/version.ts";
import { type VersionSet, versionSets } from "../plan/version-sets.ts";

/**
 * What leads out where Gateway API CRDs of ours do not fit the set: older ones go up, newer ones
 * stay, because an older version drops fields of what is stored.
 */
export function adviseOnOurCrds(
  { config, facts, versions }: { config: Config; facts: Facts; versions: VersionSet },
  found: readonly string[],
): string {
  const { version, url } = versions.gatewayApi;
  const newer = found.find(
    (one) => compareVersions(one, version) > 0 && minorOf(one) !== minorOf(version),
  );
  const kubernetes = valueOf(facts.version)?.minor ?? versions.kubernetes.from;
  const other = Object.values(versionSets).find(
    ({ gatewayApi, kubernetes: { from, to } }) =>
      kubernetes >= from &&
      kubernetes <= to &&
      found.every((one) => minorOf(one) === minorOf(gatewayApi.version)),
  );
  const isInstalled = valueOf(facts.keptConfig) !== undefined;
  const set = other === undefined || other.name === versions.name ? undefined : other.name;
  if (newer === undefined) {
    const source = config.crds["gateway-api"] ?? url;
    const up = `ring them up: kubectl apply --server-side --force-conflicts -f ${source}`;
    return set === undefined || isInstalled ? `B${up}` : `Use --versions ${set}, or b${up}`;
  }
  if (set !== undefined) {
    return isInstalled
      ? `CRDs never go down. Run \`gateway-tls uninstall\`, then \`gateway-tls init --versions ${set}\`, which is for Gateway API ${minorOf(newer)}.`
      : `Use --versions ${set}, which is for Gateway API ${minorOf(newer)}.`;
  }
  return `CRDs never go down. Use a gateway-tls that is made for Gateway API ${minorOf(newer)}, or begin anew where nobody else uses them: \`gateway-tls uninstall --delete-crds\`, then \`gateway-tls init\`.`;
}
