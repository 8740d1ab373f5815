import { formatHint } from "./error.ts";
import { formatHeading, joinBlocks } from "./layout.ts";
import { formatLine, formatText, type Mark, markOf, type Screen, type Style } from "./screen.ts";
import { countOf, formatExpiry, padTo, toOneLine, widthOf } from "./text.ts";

/** `waiting`: not there yet, and nothing failed. `unknown`: what it takes could not be read. */
export type HealthVerdict = "healthy" | "waiting" | "degraded" | "unknown";
export type LinkState = "ok" | "waiting" | "warning" | "failed" | "unknown" | "not-checked";

/** One link of the chain from the installation to the handshake. */
export interface ChainLink {
  /** Permanent, kebab-case. */
  id?: string;
  /** A positive sentence or a name: "Gateway programmed". */
  link: string;
  state: LinkState;
  reason: string | null;
  /** ISO 8601: since when it is so. */
  since: string | null;
  /** `Kind namespace/name`. */
  object: string | null;
  code?: string | null;
  /** Why it matters: one sentence, where it is not well. */
  why?: string | null;
  /** One action, where it is not well. */
  action?: string | null;
}

/** What is not well, once per cause, with the hosts that it concerns. */
export interface Finding extends Omit<ChainLink, "id"> {
  hosts: readonly string[];
}

/** `chain` goes from what was installed to the handshake; without a `certificate` none was seen. */
export interface HostStatus {
  hostname: string;
  verdict: HealthVerdict;
  chain: ChainLink[];
  /** `served`: seen in a handshake, not only in the cluster. `notAfter`: ISO 8601. */
  certificate: {
    issuer: string;
    notAfter: string;
    renewalTime?: string | null;
    names: string[];
    served: boolean;
  } | null;
}

/** What `status --output json` prints: schemas/status.schema.json describes it. */
export interface StatusDocument {
  schemaVersion: 1;
  verdict: HealthVerdict;
  hosts: HostStatus[];
  findings?: readonly Finding[];
  /** One action, when something is not well. */
  next: string | null;
}

export interface StatusOptions extends Screen {
  /** On the world's clock. */
  now: Date;
  /** What was looked at: "Cluster demo". */
  place?: string;
  /** The cluster that kubectl's context must be of, where its commands do not say so. */
  kubectlPlace?: string;
}

const VERDICTS: Record<HealthVerdict, { mark: Mark; style: Style; sentence: string }> = {
  healthy: { mark: "done", style: "green", sentence: "All is well." },
  waiting: { mark: "pending", style: "yellow", sentence: "Not ready yet." },
  degraded: { mark: "failed", style: "red", sentence: "Something is broken." },
  unknown: { mark: "unknown", style: "yellow", sentence: "Not all could be seen." },
};

/** How each state of a link looks. */
export const LINKS: Record<LinkState, { mark: Mark; style: Style }> = {
  ok: { mark: "done", style: "green" },
  waiting: { mark: "pending", style: "yellow" },
  warning: { mark: "warning", style: "yellow" },
  failed: { mark: "failed", style: "red" },
  unknown: { mark: "unknown", style: "yellow" },
  "not-checked": { mark: "pending", style: "dim" },
};

/** The first trouble of the worst kind is the one to begin with. */
const WORST: readonly LinkState[] = ["failed", "waiting", "unknown", "warning"];

/** One line a host; one that is not well is opened at its first trouble, unless it was told. */
export function renderStatus(status: StatusDocument, options: StatusOptions): string {
  const nameWidth = Math.min(
    Math.max(0, ...status.hosts.map(({ hostname }) => widthOf(hostname))),
    Math.floor(options.columns / 2),
  );
  const { mark, style, sentence } = VERDICTS[status.verdict];
  const told = new Set<string>();
  const { place } = options;
  return joinBlocks([
    place === undefined ? [] : [formatHeading(options, place)],
    status.hosts.flatMap((host) => formatHost(host, { nameWidth, told }, options)),
    [
      formatLine(options, [
        [markOf(options, mark), style],
        " ",
        [conclude(status, sentence), "bold"],
      ]),
      ...(status.next === null ? [] : formatNext(status.next, options)),
    ],
  ]);
}

function conclude({ hosts, verdict, findings = [] }: StatusDocument, sentence: string): string {
  if (hosts.length === 0) return "No host is set up.";
  const warnings = findings.filter(({ state }) => state === "warning").length;
  if (verdict !== "healthy" || warnings === 0) return sentence;
  return `All works, with ${countOf(warnings, "warning")}.`;
}

function formatNext(next: string, options: StatusOptions): string[] {
  const { kubectlPlace } = options;
  const lines = formatHint(next, options, 2);
  if (kubectlPlace === undefined || !/\bkubectl [a-z]/.test(next)) return lines;
  const note = `kubectl's context must be that of the cluster ${kubectlPlace}.`;
  return [...lines, ...formatText(options, note, { indent: 2, style: "dim" })];
}

function formatHost(
  host: HostStatus,
  { nameWidth, told }: { nameWidth: number; told: Set<string> },
  options: StatusOptions,
): string[] {
  const { hostname, verdict, certificate, chain } = host;
  const { mark, style } = VERDICTS[verdict];
  const described =
    certificate === null ? "no certificate" : describeCertificate(certificate, options.now);
  // A host that is well keeps to one line, even where its end is cut.
  const isBeside = verdict === "healthy" || nameWidth + widthOf(described) + 16 <= options.columns;
  const line = formatLine(options, [
    "  ",
    [markOf(options, mark), style],
    " ",
    padTo(hostname, nameWidth),
    "  ",
    [padTo(verdict, 8), style],
    ...(isBeside ? ["  ", [described, "dim"] as const] : []),
  ]);
  const lines = isBeside
    ? [line]
    : [line, ...formatText(options, described, { indent: 6, style: "dim" })];
  const trouble = findTrouble(chain);
  if (trouble === undefined) return lines;
  const key = JSON.stringify([trouble.link, trouble.reason, trouble.object]);
  if (told.has(key)) {
    return [
      ...lines,
      ...formatText(options, `${trouble.link}: as above`, { indent: 8, style: "dim" }),
    ];
  }
  told.add(key);
  return [...lines, ...formatTrouble(trouble, options)];
}

function findTrouble(chain: readonly ChainLink[]): ChainLink | undefined {
  for (const wanted of WORST) {
    const found = chain.find(({ state }) => state === wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}

function describeCertificate(
  { issuer, notAfter, served }: NonNullable<HostStatus["certificate"]>,
  now: Date,
): string {
  const seen = served ? "" : ", not seen served";
  return `expires ${formatExpiry(notAfter, now)}, ${toOneLine(issuer)}${seen}`;
}

function formatTrouble(trouble: ChainLink, screen: StatusOptions) {
  const { link, state, reason, since, object, why, code } = trouble;
  const { mark, style } = LINKS[state];
  const age = since === null ? null : formatSince(since, screen.now);
  const about = [object, age].filter((text) => text !== null);
  const rest = [about.join(", "), why ?? "", code ?? ""].filter((text) => text !== "");
  return [
    ...formatText(screen, reason === null ? link : `${link}: ${reason}`, {
      lead: ["      ", [markOf(screen, mark), style], " "],
      indent: 8,
    }),
    ...rest.flatMap((text) => formatText(screen, text, { indent: 8, style: "dim" })),
  ];
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** How long ago a moment was: `3 hours ago`; itself where it is none. */
export function formatAge(at: string, now: Date): string {
  const ms = now.getTime() - new Date(at).getTime();
  if (Number.isNaN(ms)) return at;
  const unit = UNITS.find(([, length]) => ms >= length);
  return unit === undefined ? "just now" : `${countOf(Math.floor(ms / unit[1]), unit[0])} ago`;
}

/** `for 3 hours`. */
function formatSince(at: string, now: Date): string {
  const age = formatAge(at, now);
  return age.endsWith(" ago") ? `for ${age.slice(0, -" ago".length)}` : `since ${at}`;
}
