import type { Config } from "../config/config.ts";
import { UserError } from "../errors.ts";
import { unknown, valueOf } from "../facts/fact.ts";
import type { HostSight, StatusFacts } from "../facts/status-facts.ts";
import { buildHostNames, type Names } from "../plan/names.ts";
import type { VersionSet } from "../plan/version-sets.ts";
import { runChain, type Link, type LinkResult } from "./chain.ts";
import { issuanceLinks } from "./issuance-links.ts";
import { routingLinks } from "./routing-links.ts";

export type HealthVerdict = "healthy" | "waiting" | "degraded" | "unknown";

/** One link as it is shown and printed. */
export interface ShownLink {
  link: string;
  state: LinkResult["state"];
  reason: string | null;
  since: string | null;
  object: string | null;
}

export interface HostStatus {
  hostname: string;
  verdict: HealthVerdict;
  chain: ShownLink[];
  /** `served`: seen in a handshake, not only in the cluster. */
  certificate: { issuer: string; notAfter: string; names: string[]; served: boolean } | null;
}

/** What `status` hands to the views; the JSON document is this with `schemaVersion`. */
export interface Status {
  verdict: HealthVerdict;
  hosts: HostStatus[];
  /** One action, when something is not well. */
  next: string | null;
}

export interface StatusInput {
  config: Config;
  names: Names;
  versions: VersionSet;
  facts: StatusFacts;
}

/** From the installation to the handshake; each link comes after those it names. */
export const chain: readonly Link[] = [...routingLinks, ...issuanceLinks];

/** One verdict over every host of the config; pure. */
export function buildStatus(input: StatusInput): Status {
  const judged = input.config.hosts.map((host) => {
    const links = runChain(chain, { ...input, host, sight: findSight(input.facts, host.hostname) });
    return { hostname: host.hostname, links, verdict: judgeLinks(links) };
  });
  const verdict = worstOf(judged.map((host) => host.verdict));
  const first = judged.find((host) => host.verdict === verdict);
  return {
    verdict,
    hosts: judged.map(({ hostname, links, verdict }) => ({
      hostname,
      verdict,
      chain: links.map(showLink),
      certificate: findCertificate(input.facts, hostname),
    })),
    next: first === undefined || verdict === "healthy" ? null : findNext(first.links),
  };
}

const SEVERITY: readonly [LinkResult["state"], HealthVerdict][] = [
  ["failed", "degraded"],
  ["waiting", "waiting"],
  ["unknown", "unknown"],
];

function judgeLinks(links: readonly LinkResult[]): HealthVerdict {
  const found = SEVERITY.find(([state]) => links.some((link) => link.state === state));
  return found?.[1] ?? "healthy";
}

function worstOf(verdicts: readonly HealthVerdict[]): HealthVerdict {
  const found = SEVERITY.find(([, verdict]) => verdicts.includes(verdict));
  return found?.[1] ?? "healthy";
}

function findNext(links: readonly LinkResult[]): string | null {
  for (const [state] of SEVERITY) {
    const link = links.find((one) => one.state === state);
    if (link === undefined) continue;
    if (link.hint !== undefined) return link.hint;
    return state === "waiting"
      ? "Wait a little, then run `gateway-tls status` again."
      : "Run `gateway-tls init` again: it repairs what is not as planned.";
  }
  return null;
}

function showLink({ title, state, reason, since, object }: LinkResult): ShownLink {
  return {
    link: title,
    state,
    reason: reason ?? null,
    since: since ?? null,
    object: object ?? null,
  };
}

function findSight({ hosts }: StatusFacts, hostname: string): HostSight {
  const error = new UserError("GT-DNS-UNREACHABLE", `${hostname} was not looked at.`);
  const nothing = { hostname, answers: unknown(error), served: unknown(error) };
  return hosts.find((host) => host.hostname === hostname) ?? nothing;
}

/** What is served; without a handshake, what the Certificate object says. */
function findCertificate(facts: StatusFacts, hostname: string): HostStatus["certificate"] {
  const served = valueOf(findSight(facts, hostname).served);
  if (served !== undefined) {
    const { issuer, notAfter, names } = served;
    return { issuer, notAfter, names, served: true };
  }
  const { secret } = buildHostNames(hostname);
  const live = valueOf(facts.certificates)?.find(({ metadata }) => metadata.name === secret);
  if (live?.status.notAfter === undefined) return null;
  const { name } = live.spec.issuerRef;
  return { issuer: name, notAfter: live.status.notAfter, names: live.spec.dnsNames, served: false };
}
