import type { KubernetesObject } from "../../../ports/kubernetes.ts";
import { at, list, strings } from "../../fields.ts";

/** ExternalDNS's flags, as far as the sandbox acts on them. */
export interface Arguments {
  sources: string[];
  intervalMs: number;
  events: boolean;
  policy: string;
  txtOwnerId: string;
  txtPrefix: string;
  domainFilters: string[];
  zoneIds: string[];
  zoneType: string | undefined;
  gatewayName: string | undefined;
  gatewayNamespace: string | undefined;
  gatewayLabelFilter: string | undefined;
}

/** From a Pod's container. */
export function argumentsOf(pod: KubernetesObject): Arguments {
  const [container] = list(at(pod, "spec", "containers"));
  const args = strings(container?.["args"]);
  const all = (flag: string): string[] =>
    args.flatMap((arg) => (arg.startsWith(`--${flag}=`) ? [arg.slice(flag.length + 3)] : []));
  const one = (flag: string): string | undefined => all(flag).at(-1);
  return {
    sources: all("source"),
    intervalMs: durationMs(one("interval") ?? "1m"),
    events: args.includes("--events"),
    policy: one("policy") ?? "sync",
    txtOwnerId: one("txt-owner-id") ?? "default",
    txtPrefix: one("txt-prefix") ?? "",
    domainFilters: all("domain-filter"),
    zoneIds: all("zone-id-filter"),
    zoneType: one("aws-zone-type"),
    gatewayName: one("gateway-name"),
    gatewayNamespace: one("gateway-namespace"),
    gatewayLabelFilter: one("gateway-label-filter"),
  };
}

/** Go's `1h2m3s`. */
function durationMs(text: string): number {
  const unitMs: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
  let total = 0;
  for (const [, amount = "0", unit = "s"] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)) {
    total += Number(amount) * (unitMs[unit] ?? 0);
  }
  return total;
}
