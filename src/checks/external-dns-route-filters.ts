import type { Deployment, HttpRoute } from "../facts/objects.ts";
import { broken, nameObject, risky, type LinkVerdict } from "./chain.ts";
import { type About, changeFlag } from "./external-dns-filters.ts";
import { findMatchingLabels, matchesSelector } from "./label-selector.ts";

const OLD_PREFIX = "external-dns.alpha.kubernetes.io/";
const NEW_PREFIX = "external-dns.kubernetes.io/";
/** ExternalDNS 0.22: the default of its --annotation-prefix. */
const NEW_PREFIX_SINCE = 22;

/** What of the route itself makes ExternalDNS pass it over. */
export function judgeRouteFilters(about: About, route: HttpRoute): LinkVerdict | undefined {
  return (
    judgeNamespace(about, route) ??
    judgeLabels(about, route) ??
    judgeAnnotations(about, route) ??
    judgeController(about, route) ??
    judgeOldAnnotation(about, route)
  );
}

function judgeNamespace({ live, args }: About, { metadata }: HttpRoute): LinkVerdict | undefined {
  const only = args("namespace").at(-1) ?? "";
  if (only === "" || only === metadata.namespace) return undefined;
  const reason = `--namespace=${only} leaves out the route, which is in ${metadata.namespace ?? "default"}.`;
  return broken("GT-EXTERNAL-DNS-FILTER", reason, {
    object: nameObject("HTTPRoute", metadata),
    hint: changeFlag(live),
  });
}

const label = (kind: "label" | "annotate", { metadata }: HttpRoute, what: string): string =>
  `kubectl ${kind} httproute ${metadata.name} --namespace ${metadata.namespace ?? "default"} ${what}`;

function judgeLabels({ live, args }: About, route: HttpRoute): LinkVerdict | undefined {
  const { labels = {} } = route.metadata;
  const selector = args("label-filter").at(-1) ?? "";
  if (matchesSelector(labels, selector) !== false) return undefined;
  const missing = findMatchingLabels(selector);
  return broken("GT-EXTERNAL-DNS-FILTER", `--label-filter=${selector} leaves out the route.`, {
    object: nameObject("HTTPRoute", route.metadata),
    hint: missing === undefined ? changeFlag(live) : label("label", route, missing.join(" ")),
  });
}

function judgeAnnotations({ live, args }: About, route: HttpRoute): LinkVerdict | undefined {
  const { annotations = {} } = route.metadata;
  const selector = args("annotation-filter").at(-1) ?? "";
  if (matchesSelector(annotations, selector) !== false) return undefined;
  const missing = findMatchingLabels(selector);
  return broken("GT-EXTERNAL-DNS-FILTER", `--annotation-filter=${selector} leaves out the route.`, {
    object: nameObject("HTTPRoute", route.metadata),
    hint: missing === undefined ? changeFlag(live) : label("annotate", route, missing.join(" ")),
  });
}

function judgeController(about: About, route: HttpRoute): LinkVerdict | undefined {
  const key = `${prefixOf(about)}controller`;
  const said = route.metadata.annotations?.[key];
  if (said === undefined || said === "dns-controller") return undefined;
  const reason = `The route's annotation ${key}=${said} tells ExternalDNS to leave it alone.`;
  return broken("GT-EXTERNAL-DNS-FILTER", reason, {
    object: nameObject("HTTPRoute", route.metadata),
    hint: label("annotate", route, `${key}-`),
  });
}

function judgeOldAnnotation(about: About, { metadata }: HttpRoute): LinkVerdict | undefined {
  const old = Object.keys(metadata.annotations ?? {}).find((key) => key.startsWith(OLD_PREFIX));
  if (old === undefined || prefixOf(about) === OLD_PREFIX) return undefined;
  return risky(
    "GT-EXTERNAL-DNS-ANNOTATION",
    `ExternalDNS 0.${minorOf(about.live)} no longer reads the annotation ${old} of the route.`,
    {
      object: nameObject("HTTPRoute", metadata),
      hint: `Write it as ${old.replace(OLD_PREFIX, prefixOf(about))}.`,
    },
  );
}

/** Of the annotations that it reads. */
function prefixOf({ live, args }: About): string {
  const said = args("annotation-prefix").at(-1) ?? "";
  if (said !== "") return said;
  return minorOf(live) < NEW_PREFIX_SINCE ? OLD_PREFIX : NEW_PREFIX;
}

function minorOf({ spec }: Deployment): number {
  const image = spec.template.spec.containers[0]?.image ?? "";
  return Number(/:v0\.(\d+)/.exec(image)?.[1] ?? 0);
}
