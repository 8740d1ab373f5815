import type { Flags } from "./external-dns-arguments.ts";

/** `leaves`: the flag that leaves the name out. `unread`: a pattern that cannot be evaluated here. */
export type DomainVerdict = { leaves: string } | { unread: string } | undefined;

/**
 * ExternalDNS's filter over the names of records and of hosted zones (endpoint/domain_filter.go). An
 * expression takes the place of the lists.
 */
export function filterDomain(args: Flags, name: string): DomainVerdict {
  const [only, without] = ["regex-domain-filter", "regex-domain-exclusion"].map(
    (flag) => args(flag).findLast((value) => value !== "") ?? "",
  );
  if (only !== "" || without !== "") return filterByPattern(name, { only, without });
  const excluded = listOf(args, "exclude-domains");
  const wanted = listOf(args, "domain-filter");
  if (wanted.length > 0 && !wanted.some((domain) => isWithin(name, domain))) {
    return { leaves: `--domain-filter=${wanted.join(",")}` };
  }
  const out = excluded.find((domain) => isWithin(name, domain));
  return out === undefined ? undefined : { leaves: `--exclude-domains=${out}` };
}

/** Whether a filter names something below the zone, which `--aws-zone-match-parent` lets in. */
export function isParentOfFilter(args: Flags, zone: string): boolean {
  const isExcluded = listOf(args, "exclude-domains").some((domain) => isWithin(zone, domain));
  const wanted = listOf(args, "domain-filter");
  return !isExcluded && wanted.some((domain) => domain.endsWith(`.${zone}`) && domain[0] !== ".");
}

function filterByPattern(
  name: string,
  { only = "", without = "" }: { only: string | undefined; without: string | undefined },
): DomainVerdict {
  const rules = [
    { flag: `--regex-domain-exclusion=${without}`, pattern: without, wanted: false },
    { flag: `--regex-domain-filter=${only}`, pattern: only, wanted: true },
  ];
  for (const { flag, pattern, wanted } of rules) {
    if (pattern === "") continue;
    const expression = readPattern(pattern);
    if (expression === undefined) return { unread: flag };
    if (expression.test(name) !== wanted) return { leaves: flag };
  }
  return undefined;
}

/** Go's expressions are nearly JavaScript's; one that is not cannot be evaluated here. */
function readPattern(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, "u");
  } catch {
    return undefined;
  }
}

const listOf = (args: Flags, flag: string): string[] =>
  args(flag)
    .map((domain) => domain.trim().replace(/\.$/, ""))
    .filter((domain) => domain !== "");

/** With a dot before it, a domain stands for what is below it alone. */
function isWithin(name: string, domain: string): boolean {
  if (domain.startsWith(".")) return name.endsWith(domain);
  return name === domain || name.endsWith(`.${domain}`);
}
