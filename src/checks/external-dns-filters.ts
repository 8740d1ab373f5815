import type { ErrorCode } from "../errors.ts";
import { valueOf } from "../facts/fact.ts";
import type { Deployment, Gateway } from "../facts/objects.ts";
import { listNames } from "../nearest.ts";
import { broken, nameObject, risky, type LinkInput, type LinkVerdict } from "./chain.ts";
import { filterDomain, isParentOfFilter, type DomainVerdict } from "./domain-filter.ts";
import { type Flags, isOn } from "./external-dns-arguments.ts";
import { matchesSelector } from "./label-selector.ts";

/** Which ExternalDNS is judged, with its flags, and for which host. */
export interface About {
  live: Deployment;
  args: Flags;
  input: LinkInput;
}

/**
 * ExternalDNS's own rules, evaluated again: what they leave out it tells at debug level only
 * (source/gateway.go, provider/zonefinder.go).
 */
export function judgeFilters(about: About, gateway: Gateway | undefined): LinkVerdict | undefined {
  return (
    judgeSource(about) ??
    judgeDomain(about, about.input.target.hostname) ??
    judgeGatewayFilters(about, gateway) ??
    judgeProvider(about) ??
    judgeZone(about)
  );
}

/** What a flag does, and how to change it. */
function judgeFlag({ live }: About, code: ErrorCode, reason: string): LinkVerdict {
  return broken(code, reason, {
    object: nameObject("Deployment", live.metadata),
    hint: changeFlag(live),
  });
}

/** The hint for a flag that is wrong; the chart's release is that of the Deployment. */
export function changeFlag({ metadata }: Deployment): string {
  const { name, namespace = "default", annotations = {} } = metadata;
  const release = annotations["meta.helm.sh/release-name"] ?? name;
  return `Change the flag in the values of its chart: helm get values ${release} --namespace ${namespace}`;
}

const leavesOut = (about: About, flag: string, what: string): LinkVerdict =>
  judgeFlag(about, "GT-EXTERNAL-DNS-FILTER", `${flag} leaves out ${what}.`);

function judgeSource(about: About): LinkVerdict | undefined {
  const sources = about.args("source");
  if (sources.includes("gateway-httproute")) return undefined;
  const seen = sources.length === 0 ? "no source" : `--source=${listNames(sources)}`;
  const reason = `ExternalDNS has ${seen}, and HTTPRoutes are none of it.`;
  return judgeFlag(about, "GT-EXTERNAL-DNS-SOURCE", reason);
}

function judgeDomain(about: About, name: string): LinkVerdict | undefined {
  return tellDomain(about, filterDomain(about.args, name), name);
}

function tellDomain(about: About, verdict: DomainVerdict, what: string): LinkVerdict | undefined {
  if (verdict === undefined) return undefined;
  if ("leaves" in verdict) return leavesOut(about, verdict.leaves, what);
  return {
    state: "unknown",
    object: nameObject("Deployment", about.live.metadata),
    reason: `Whether ${verdict.unread} leaves out ${what} cannot be told: it is not an expression here.`,
  };
}

function judgeGatewayFilters(about: About, gateway: Gateway | undefined): LinkVerdict | undefined {
  const { args, input } = about;
  const { name, namespace } = input.target.gateway;
  const what = `the Gateway ${namespace}/${name}`;
  const wrong = [
    ["gateway-name", name],
    ["gateway-namespace", namespace],
  ] as const;
  for (const [flag, wanted] of wrong) {
    const said = args(flag).at(-1);
    if (said === undefined || said === "" || said === wanted) continue;
    return leavesOut(about, `--${flag}=${said}`, what);
  }
  const selector = args("gateway-label-filter").at(-1);
  if (selector === undefined || gateway === undefined) return undefined;
  if (matchesSelector(gateway.metadata.labels ?? {}, selector) !== false) return undefined;
  return leavesOut(about, `--gateway-label-filter=${selector}`, what);
}

/** Whether it writes at all, and to Route 53. Who has a zone elsewhere may well have another provider. */
function judgeProvider(about: About): LinkVerdict | undefined {
  const { args, input } = about;
  if (isOn(args, "dry-run")) {
    const reason =
      "ExternalDNS runs with --dry-run: it logs what it would write, and writes nothing.";
    return judgeFlag(about, "GT-EXTERNAL-DNS-DRY-RUN", reason);
  }
  const provider = args("provider").at(-1) ?? "aws";
  const zone = valueOf(input.sight.zone);
  if (provider === "aws" || (!input.survey.kept && zone === undefined)) return undefined;
  const where = zone === undefined ? "Route 53" : `the hosted zone ${zone.name} of Route 53`;
  const reason = `ExternalDNS has --provider=${provider}, so it writes nothing to ${where}.`;
  return judgeFlag(about, "GT-EXTERNAL-DNS-PROVIDER", reason);
}

function judgeZone(about: About): LinkVerdict | undefined {
  const { args, input, live } = about;
  if ((args("provider").at(-1) ?? "aws") !== "aws") return undefined;
  const zone = valueOf(input.sight.zone);
  const type = args("aws-zone-type").at(-1);
  if (type === "private") return leavesOut(about, "--aws-zone-type=private", "public hosted zones");
  const filters = args("zone-id-filter")
    .map((id) => id.replace(/^\/hostedzone\//, ""))
    .filter((id) => id !== "");
  if (zone !== undefined) {
    const what = `the hosted zone ${zone.id}`;
    if (filters.length > 0 && !filters.some((id) => zone.id.endsWith(id))) {
      return leavesOut(about, `--zone-id-filter=${listNames(filters)}`, what);
    }
    const isLetIn = isOn(args, "aws-zone-match-parent") && isParentOfFilter(args, zone.name);
    const verdict = isLetIn ? undefined : filterDomain(args, zone.name);
    const told = tellDomain(about, verdict, `the hosted zone ${zone.name}`);
    if (told !== undefined) return told;
  }
  if (filters.length > 0) return undefined;
  const reason =
    "ExternalDNS has no --zone-id-filter, so it writes to every hosted zone that fits, private ones and twins too.";
  return risky("GT-EXTERNAL-DNS-EVERY-ZONE", reason, {
    object: nameObject("Deployment", live.metadata),
    hint: "Set --zone-id-filter to the zone's id and --aws-zone-type=public in its chart's extraArgs.",
  });
}
