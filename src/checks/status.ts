import { UserError } from "../errors.ts";
import { unknown, valueOf } from "../facts/fact.ts";
import type { HostSight, StatusFacts } from "../facts/status-facts.ts";
import type { Survey, Target } from "../facts/survey.ts";
import { findAttempt } from "./attempt.ts";
import { runChain, type Link, type LinkId, type LinkInput, type LinkResult } from "./chain.ts";
import { dnsLinks } from "./dns-links.ts";
import { externalDnsLinks } from "./external-dns-links.ts";
import { gatewayLinks, httpsListenerLink } from "./gateway-links.ts";
import { toSeconds } from "./moment.ts";
import { divideByHost } from "./host-facts.ts";
import { issuanceLinks } from "./issuance-links.ts";
import { platformLinks } from "./platform-links.ts";
import { routeLinks } from "./route-links.ts";
import { httpLink, servingLinks } from "./serving-links.ts";

/** `degraded`: something is broken. `unknown`: what was seen is well, and not all could be seen. */
export type HealthVerdict = "healthy" | "waiting" | "degraded" | "unknown";

/** One link as it is shown and printed. */
export interface ShownLink {
  id: LinkId;
  link: string;
  state: LinkResult["state"];
  reason: string | null;
  since: string | null;
  object: string | null;
  code: string | null;
  /** Why it matters, where it is not well. */
  why: string | null;
  /** One action, where there is one. */
  action: string | null;
}

/** One host with every link of its chain. */
export interface HostStatus {
  hostname: string;
  verdict: HealthVerdict;
  chain: ShownLink[];
  /** `served`: seen in a handshake, not only in the cluster. */
  certificate: {
    issuer: string;
    notAfter: string;
    /** As the Certificate's own status has it. */
    renewalTime: string | null;
    names: string[];
    served: boolean;
  } | null;
}

/** What is not well, once per cause, with every host that it concerns. */
export interface StatusFinding extends Omit<ShownLink, "id" | "state"> {
  state: "failed" | "waiting" | "unknown" | "warning";
  hosts: string[];
}

/** What `status` hands to the views; the JSON document is this with `schemaVersion`. */
export interface Status {
  verdict: HealthVerdict;
  hosts: HostStatus[];
  findings: StatusFinding[];
  /** One action, when something is not well or will not be. */
  next: string | null;
}

/** From the installation to the handshake; each link comes after those it names. */
export const chain: readonly Link[] = [
  ...platformLinks,
  ...externalDnsLinks,
  ...gatewayLinks,
  ...dnsLinks.filter(({ id }) => id !== "record"),
  ...routeLinks,
  ...dnsLinks.filter(({ id }) => id === "record"),
  httpLink,
  httpsListenerLink,
  ...issuanceLinks,
  ...servingLinks,
];

/** One verdict over every host that was asked for; pure. */
export function buildStatus(survey: Survey, facts: StatusFacts): Status {
  const sights = new Map(facts.hosts.map((sight) => [sight.hostname, sight]));
  const factsOf = divideByHost(facts);
  const hosts = survey.targets.map((target): HostStatus => {
    const sight = sights.get(target.hostname) ?? unseen(target);
    const input = { survey, facts: factsOf(target), target, sight };
    const links = runChain(chain, input);
    const { hostname } = target;
    const certificate = findCertificate(input);
    return { hostname, verdict: judgeLinks(links), chain: links.map(showLink), certificate };
  });
  const verdict = hosts.length === 0 ? "unknown" : worstOf(hosts.map((host) => host.verdict));
  const findings = collectFindings(hosts);
  return {
    verdict,
    hosts,
    findings,
    next: hosts.length === 0 ? FIRST_HOST : findNext(verdict, findings),
  };
}

const SEVERITY = [
  ["failed", "degraded"],
  ["waiting", "waiting"],
  ["unknown", "unknown"],
  ["warning", "healthy"],
] as const;

function judgeLinks(links: readonly Pick<LinkResult, "state">[]): HealthVerdict {
  const found = SEVERITY.find(([state]) => links.some((link) => link.state === state));
  return found?.[1] ?? "healthy";
}

function worstOf(verdicts: readonly HealthVerdict[]): HealthVerdict {
  const found = SEVERITY.find(([, verdict]) => verdicts.includes(verdict));
  return found?.[1] ?? "healthy";
}

/** In the order of the chain, the worst first; hosts with the same trouble share one. */
function collectFindings(hosts: readonly HostStatus[]): StatusFinding[] {
  const found = new Map<string, StatusFinding>();
  for (const { hostname, chain } of hosts) {
    for (const { id: _, ...link } of chain) {
      const { state } = link;
      if (state === "ok" || state === "not-checked") continue;
      const key = JSON.stringify([link.link, link.code, link.reason, link.object]);
      const known = found.get(key);
      if (known === undefined) found.set(key, { ...link, state, hosts: [hostname] });
      else known.hosts.push(hostname);
    }
  }
  const rank = (one: StatusFinding) => SEVERITY.findIndex(([state]) => state === one.state);
  return [...found.values()].sort((a, b) => rank(a) - rank(b));
}

/** Where there is no host, nothing was judged. */
const FIRST_HOST = "gateway-tls add-host NAME --backend NAMESPACE/SERVICE:PORT";

function findNext(verdict: HealthVerdict, [first]: readonly StatusFinding[]): string | null {
  if (first === undefined) return null;
  if (first.action !== null || verdict === "healthy") return first.action;
  return first.state === "waiting"
    ? "Wait a little, then run the same command again; --watch waits by itself."
    : "Mend what it names, then run the same command again.";
}

function showLink({ id, title, why, state, ...more }: LinkResult): ShownLink {
  const isWell = state === "ok" || state === "not-checked";
  return {
    id,
    link: title,
    state,
    reason: more.reason ?? null,
    since: more.since ?? null,
    object: more.object ?? null,
    code: more.code ?? null,
    why: isWell ? null : why,
    action: more.hint ?? null,
  };
}

/** A host that nobody looked at: a mistake would be to call it well. */
function unseen({ hostname }: Target): HostSight {
  const error = new UserError("GT-DNS-UNREACHABLE", `${hostname} was not looked at.`);
  const fact = unknown(error);
  return {
    hostname,
    zone: fact,
    delegation: fact,
    answers: fact,
    caa: fact,
    served: fact,
    http: fact,
    cachedUntil: undefined,
    owner: fact,
  };
}

/** What is served; without a handshake, what the Certificate object says. */
function findCertificate(input: LinkInput): HostStatus["certificate"] {
  const { certificate } = findAttempt(input);
  const renewalTime = certificate?.status.renewalTime ?? null;
  const served = valueOf(input.sight.served);
  if (served !== undefined) {
    const { issuer, names } = served;
    return { issuer, notAfter: toSeconds(served.notAfter), renewalTime, names, served: true };
  }
  if (certificate?.status.notAfter === undefined) return null;
  const { notAfter } = certificate.status;
  const { dnsNames: names, issuerRef } = certificate.spec;
  return { issuer: issuerRef.name, notAfter, renewalTime, names, served: false };
}
