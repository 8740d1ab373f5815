import type { DnsRecord } from "../../ports/network.ts";
import type { Simulation } from "../simulation.ts";
import type { StoredRecord, ZoneState } from "../world-state.ts";

/** `NOERROR` without answers: the name is there, with records of other types. */
export interface ZoneAnswer {
  status: "NOERROR" | "NXDOMAIN";
  answers: DnsRecord[];
}

/** An alias's answers live as long as the load balancer's own. */
const ALIAS_TTL_SECONDS = 60;

/** Whether `name` is `zone` or below it. */
export function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/** What the servers of a hosted zone answer: exact names, wildcards, CNAMEs and aliases. */
export function answerFromZone(
  simulation: Simulation,
  zone: ZoneState,
  name: string,
  type: string,
): ZoneAnswer {
  const visible = zone.records.filter(({ visibleFrom }) => visibleFrom <= simulation.now);
  const sets = setsAt(visible, name);
  const answers = sets
    .filter((set) => set.type === type || set.type === "CNAME")
    .flatMap((set) => recordsOf(simulation, set, name));
  const exists = sets.length > 0 || visible.some((set) => isWithin(set.name, name));
  const [cname] = answers.filter((answer) => answer.type === "CNAME" && type !== "CNAME");
  if (cname !== undefined && isWithin(cname.value, zone.name)) {
    const next = answerFromZone(simulation, zone, cname.value, type);
    return { ...next, answers: [...answers, ...next.answers] };
  }
  return { status: exists ? "NOERROR" : "NXDOMAIN", answers };
}

/** For the authority section of an answer without records (RFC 2308). */
export function soaOf(zone: ZoneState): DnsRecord[] {
  return zone.records
    .filter(({ name, type }) => type === "SOA" && name === zone.name)
    .flatMap(({ values, ttlSeconds = 900 }) =>
      values.map((value) => ({
        name: zone.name,
        type: "SOA",
        ttlSeconds,
        value: value.replaceAll(/\.(?=\s|$)/g, ""),
      })),
    );
}

function setsAt(records: readonly StoredRecord[], name: string): StoredRecord[] {
  const exact = records.filter((set) => set.name === name);
  if (exact.length > 0) return exact;
  const labels = name.split(".");
  for (let skip = 1; skip < labels.length; skip += 1) {
    const closest = labels.slice(skip).join(".");
    const wild = records.filter((set) => set.name === `*.${closest}`);
    if (wild.length > 0) return wild;
    // An existing name between keeps a wildcard above it from matching (RFC 4592, 3.3.1).
    if (records.some((set) => isWithin(set.name, closest))) return [];
  }
  return [];
}

function recordsOf(simulation: Simulation, set: StoredRecord, name: string): DnsRecord[] {
  const { type, alias, values, ttlSeconds = 300 } = set;
  if (alias === undefined) {
    return values.map((value) => ({ name, type, ttlSeconds, value: spelled(type, value) }));
  }
  const { addresses = [] } = simulation.state.loadBalancers[alias.target] ?? {};
  if (type !== "A") return [];
  return addresses.map((value) => ({ name, type, ttlSeconds: ALIAS_TTL_SECONDS, value }));
}

/** Route 53 quotes TXT and CAA values and may end names with a dot; the port does neither. */
function spelled(type: string, value: string): string {
  if (type === "TXT") {
    const parts = [...value.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, part = ""]) => part);
    return parts.length === 0 ? value : parts.join("").replaceAll(/\\(.)/g, "$1");
  }
  return type === "NS" || type === "CNAME" ? value.replace(/\.$/, "").toLowerCase() : value;
}
