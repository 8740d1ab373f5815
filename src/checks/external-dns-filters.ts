import { valueOf } from "../facts/fact.ts";
import type { Deployment, Gateway, HttpRoute } from "../facts/objects.ts";
import { broken, nameObject, risky, type LinkInput, type LinkVerdict } from "./chain.ts";
import { listNames } from "./nearest.ts";

interface About {
  live: Deployment;
  args: (flag: string) => string[];
  input: LinkInput;
}

/** The values of ExternalDNS's flags, `--flag=value` or `--flag`. */
export function argumentsOf({ spec }: Deployment): (flag: string) => string[] {
  const all = spec.template.spec.containers.flatMap(({ args }) => args);
  return (flag) =>
    all.flatMap((arg) => {
      if (arg === `--${flag}`) return [""];
      return arg.startsWith(`--${flag}=`) ? [arg.slice(flag.length + 3)] : [];
    });
}

/**
 * ExternalDNS's own rules, evaluated again: what they leave out it tells at debug level only
 * (source/gateway.go, provider/zonefinder.go).
 */
export function judgeFilters(about: About, gateway: Gateway | undefined): LinkVerdict | undefined {
  const { live, args, input } = about;
  const { hostname } = input.target;
  const leaves = leavesOut(live);
  const sources = args("source");
  if (!sources.includes("gateway-httproute")) {
    const seen = sources.length === 0 ? "no source" : `--source=${listNames(sources)}`;
    return leaves(
      "GT-EXTERNAL-DNS-SOURCE",
      `ExternalDNS has ${seen}, and HTTPRoutes are none of it.`,
    );
  }
  const domains = args("domain-filter");
  if (domains.length > 0 && !domains.some((domain) => isWithin(hostname, domain))) {
    return leaves(
      "GT-EXTERNAL-DNS-FILTER",
      `--domain-filter=${listNames(domains)} leaves out ${hostname}.`,
    );
  }
  return judgeGatewayFilters(about, gateway) ?? judgeZoneFilter(about);
}

const leavesOut =
  (live: Deployment) =>
  (code: "GT-EXTERNAL-DNS-SOURCE" | "GT-EXTERNAL-DNS-FILTER", reason: string): LinkVerdict => {
    const { name, namespace = "default" } = live.metadata;
    return broken(code, reason, {
      object: nameObject("Deployment", live.metadata),
      hint: `Change the flag in the values of its chart: helm get values ${name} --namespace ${namespace}`,
    });
  };

function judgeGatewayFilters({ live, args, input }: About, gateway: Gateway | undefined) {
  const { name, namespace } = input.target.gateway;
  const leaves = leavesOut(live);
  const wrong = [
    ["gateway-name", name],
    ["gateway-namespace", namespace],
  ] as const;
  for (const [flag, wanted] of wrong) {
    const said = args(flag).at(-1);
    if (said === undefined || said === "" || said === wanted) continue;
    return leaves(
      "GT-EXTERNAL-DNS-FILTER",
      `--${flag}=${said} leaves out the Gateway ${namespace}/${name}.`,
    );
  }
  const selector = args("gateway-label-filter").at(-1);
  if (selector === undefined || gateway === undefined) return undefined;
  if (matchesLabels(gateway.metadata.labels ?? {}, selector)) return undefined;
  return leaves(
    "GT-EXTERNAL-DNS-FILTER",
    `--gateway-label-filter=${selector} leaves out the Gateway ${namespace}/${name}.`,
  );
}

function judgeZoneFilter({ live, args, input }: About): LinkVerdict | undefined {
  const filters = args("zone-id-filter").map((id) => id.replace(/^\/hostedzone\//, ""));
  const id = valueOf(input.sight.zone)?.id;
  if (id !== undefined && filters.length > 0 && !filters.includes(id)) {
    return leavesOut(live)(
      "GT-EXTERNAL-DNS-FILTER",
      `--zone-id-filter=${listNames(filters)} leaves out the hosted zone ${id}.`,
    );
  }
  if (filters.length > 0) return undefined;
  const reason =
    "ExternalDNS has no --zone-id-filter, so it writes to every hosted zone that fits, private ones and twins too.";
  return risky("GT-EXTERNAL-DNS-EVERY-ZONE", reason, {
    object: nameObject("Deployment", live.metadata),
    hint: "Set --zone-id-filter to the zone's id and --aws-zone-type=public in its chart's extraArgs.",
  });
}

const CONTROLLER = "external-dns.alpha.kubernetes.io/controller";
const OLD_PREFIX = "external-dns.alpha.kubernetes.io/";
const NEW_PREFIX_SINCE = 22;

/** What of the route itself makes ExternalDNS pass it over. */
export function judgeRouteFilters(
  { live, args }: About,
  route: HttpRoute,
): LinkVerdict | undefined {
  const { labels = {}, annotations = {} } = route.metadata;
  const object = nameObject("HTTPRoute", route.metadata);
  const { name, namespace = "default" } = route.metadata;
  const selector = args("label-filter").at(-1);
  if (selector !== undefined && selector !== "" && !matchesLabels(labels, selector)) {
    return broken("GT-EXTERNAL-DNS-FILTER", `--label-filter=${selector} leaves out the route.`, {
      object,
      hint: `kubectl label httproute ${name} --namespace ${namespace} ${selector}`,
    });
  }
  const controller = annotations[CONTROLLER];
  if (controller !== undefined && controller !== "dns-controller") {
    return broken(
      "GT-EXTERNAL-DNS-FILTER",
      `The route's annotation ${CONTROLLER}=${controller} tells ExternalDNS to leave it alone.`,
      {
        object,
        hint: `kubectl annotate httproute ${name} --namespace ${namespace} ${CONTROLLER}-`,
      },
    );
  }
  const image = live.spec.template.spec.containers[0]?.image ?? "";
  const minor = Number(/:v0\.(\d+)/.exec(image)?.[1] ?? 0);
  const old = Object.keys(annotations).find((key) => key.startsWith(OLD_PREFIX));
  if (minor < NEW_PREFIX_SINCE || old === undefined) return undefined;
  return risky(
    "GT-EXTERNAL-DNS-ANNOTATION",
    `ExternalDNS 0.${minor} no longer reads the annotation ${old} of the route.`,
    { object, hint: `Write it as ${old.replace(".alpha", "")}.` },
  );
}

function isWithin(hostname: string, domain: string): boolean {
  const name = domain.replace(/^\./, "");
  return hostname === name || hostname.endsWith(`.${name}`);
}

/** `a=b,c!=d,e`: the equality half of Kubernetes's selectors. */
function matchesLabels(labels: Record<string, string>, selector: string): boolean {
  return selector.split(",").every((term) => {
    const [key = "", value] = term.split(/!?==?/).map((one) => one.trim());
    if (value === undefined) return Object.hasOwn(labels, key);
    return term.includes("!=") ? labels[key] !== value : labels[key] === value;
  });
}
