import { formatHint } from "./error.ts";
import { joinBlocks } from "./layout.ts";
import { formatLine, formatText, type Mark, markOf, type Screen, type Style } from "./screen.ts";
import { formatExpiry, padTo, toOneLine, widthOf } from "./text.ts";

export type HealthVerdict = "healthy" | "waiting" | "degraded" | "unknown";
export type LinkState = "ok" | "waiting" | "warning" | "failed" | "unknown" | "not-checked";

/** One link of the chain from the installation to the handshake. */
export interface ChainLink {
  /** A positive sentence or a name: "Gateway programmed". */
  link: string;
  state: LinkState;
  reason: string | null;
  /** ISO 8601: since when it is so. */
  since: string | null;
  /** `Kind namespace/name`. */
  object: string | null;
}

export interface HostStatus {
  hostname: string;
  verdict: HealthVerdict;
  chain: ChainLink[];
  /** `served`: seen in a handshake, not only in the cluster. `notAfter`: ISO 8601. */
  certificate: { issuer: string; notAfter: string; names: string[]; served: boolean } | null;
}

/** What `status --output json` prints: schemas/status.schema.json describes it. */
export interface StatusDocument {
  schemaVersion: 1;
  verdict: HealthVerdict;
  hosts: HostStatus[];
  /** One action, when something is not well. */
  next: string | null;
}

export interface StatusOptions extends Screen {
  /** On the world's clock. */
  now: Date;
}

const VERDICTS: Record<HealthVerdict, { mark: Mark; style: Style; sentence: string }> = {
  healthy: { mark: "done", style: "green", sentence: "All is well." },
  waiting: { mark: "pending", style: "yellow", sentence: "Not ready yet." },
  degraded: { mark: "failed", style: "red", sentence: "Something is broken." },
  unknown: { mark: "unknown", style: "yellow", sentence: "Not all could be seen." },
};

const LINKS: Record<LinkState, { mark: Mark; style: Style }> = {
  ok: { mark: "done", style: "green" },
  waiting: { mark: "pending", style: "yellow" },
  warning: { mark: "warning", style: "yellow" },
  failed: { mark: "failed", style: "red" },
  unknown: { mark: "unknown", style: "yellow" },
  "not-checked": { mark: "pending", style: "dim" },
};

/** One line a host; one that is not well is opened at its first trouble. */
export function renderStatus(status: StatusDocument, options: StatusOptions): string {
  const nameWidth = Math.min(
    Math.max(0, ...status.hosts.map(({ hostname }) => widthOf(hostname))),
    Math.floor(options.columns / 2),
  );
  const { mark, style, sentence } = VERDICTS[status.verdict];
  return joinBlocks([
    status.hosts.flatMap((host) => formatHost(host, nameWidth, options)),
    [
      formatLine(options, [
        [markOf(options, mark), style],
        " ",
        [status.hosts.length === 0 ? "No host is set up." : sentence, "bold"],
      ]),
      ...(status.next === null ? [] : formatHint(status.next, options, 2)),
    ],
  ]);
}

function formatHost(host: HostStatus, nameWidth: number, options: StatusOptions): string[] {
  const { hostname, verdict, certificate, chain } = host;
  const { mark, style } = VERDICTS[verdict];
  const line = formatLine(options, [
    "  ",
    [markOf(options, mark), style],
    " ",
    padTo(hostname, nameWidth),
    "  ",
    [padTo(verdict, 8), style],
    "  ",
    certificate === null
      ? ["no certificate", "dim"]
      : [describeCertificate(certificate, options.now), "dim"],
  ]);
  const trouble = chain.find(({ state }) => state !== "ok" && state !== "not-checked");
  return trouble === undefined ? [line] : [line, ...formatTrouble(trouble, options)];
}

function describeCertificate(
  { issuer, notAfter, served }: NonNullable<HostStatus["certificate"]>,
  now: Date,
): string {
  const seen = served ? "" : ", not seen served";
  return `expires ${formatExpiry(notAfter, now)}, ${toOneLine(issuer)}${seen}`;
}

function formatTrouble({ link, state, reason, since, object }: ChainLink, screen: Screen) {
  const { mark, style } = LINKS[state];
  const about = [object, since === null ? null : `since ${since}`].filter((text) => text !== null);
  return [
    ...formatText(screen, reason === null ? link : `${link}: ${reason}`, {
      lead: ["      ", [markOf(screen, mark), style], " "],
      indent: 8,
    }),
    ...(about.length === 0
      ? []
      : formatText(screen, about.join(", "), { indent: 8, style: "dim" })),
  ];
}
