import type { IssuerChoice } from "../config/config.ts";
import type { CommandResult, HostResult } from "../runner/result.ts";
import { formatFields, formatHeading, formatNote, formatTitle, joinBlocks } from "./layout.ts";
import { formatCommand, formatText, type Screen } from "./screen.ts";
import { countOf, formatExpiry } from "./text.ts";

export interface EndOptions extends Screen {
  domain: string;
  /** On the world's clock. */
  now: Date;
  /** Where the config was kept: "ConfigMap gateway-tls/gateway-tls". */
  keptConfig: string;
  /** What the Gateway's issuer was meant to be; without it the certificate's issuer tells. */
  issuer?: IssuerChoice;
  /** Flags that this run had and the next command needs too: "--sandbox", "--context prod". */
  flags?: readonly string[];
  /** Names of the hosts that the run was about; left out when it was about all. */
  about?: readonly string[];
}

/** The last screen of a run that went well: what is served, by which certificate, and what next. */
export function renderEnd(result: CommandResult, options: EndOptions): string {
  const { warnings, writes } = result;
  const { about } = options;
  const hosts = result.hosts.filter(({ hostname }) => about?.includes(hostname) ?? true);
  const untrusted = hosts.filter(({ certificate }) => certificate?.trusted === false);
  return joinBlocks([
    formatTitle(options, titleOf({ ...result, hosts })),
    ...hosts.map((host) => formatHost(host, options)),
    untrusted.flatMap(({ certificate }) =>
      formatNote(options, describeUntrusted(certificate?.issuer ?? "", options.issuer)),
    ),
    warnings.flatMap((warning) => formatNote(options, warning)),
    formatNext(result, options),
    formatText(
      options,
      `The configuration is kept in ${options.keptConfig}${writes === 0 ? "" : `; ${countOf(writes, "write")} in this run`}.`,
      { indent: 2, style: "dim" },
    ),
  ]);
}

function titleOf({ result, hosts }: CommandResult): string {
  const names =
    hosts.length > 5
      ? countOf(hosts.length, "host")
      : hosts.map(({ hostname }) => hostname).join(", ");
  const seen = hosts.every(({ certificate }) => certificate !== null);
  if (result === "unchanged") return "Nothing had to change.";
  if (names === "") return "Done.";
  const verb = hosts.length === 1 ? "is" : "are";
  return `${names} ${verb} ${seen ? "served over HTTPS" : "set up"}.`;
}

function formatHost({ url, certificate }: HostResult, options: EndOptions): string[] {
  const lines = formatText(options, url, { indent: 2, style: "cyan" });
  if (certificate === null) {
    const unseen = "What it serves could not be seen from here.";
    return [...lines, ...formatText(options, unseen, { indent: 4, style: "dim" })];
  }
  const { issuer, notAfter, names } = certificate;
  return [
    ...lines,
    ...formatFields(
      options,
      [
        ["Issuer", issuer],
        ["Expires", `${formatExpiry(notAfter, options.now)}; renewed by cert-manager`],
        ["Names", names.join(", ")],
      ],
      { indent: 4 },
    ),
  ];
}

function describeUntrusted(issuer: string, meant?: IssuerChoice): string {
  const name = issuer === "" ? "this issuer" : issuer;
  if (meant === "staging" || (meant === undefined && /staging/i.test(issuer))) {
    return `Browsers do not trust ${name}: it is a staging CA. For a trusted certificate, run init again with --issuer production.`;
  }
  return `The chain of ${name} does not end at a root that is trusted here: browsers may refuse it.`;
}

function formatNext({ hosts }: CommandResult, options: EndOptions): string[] {
  const flags = (options.flags ?? []).map((flag) => ` ${flag}`).join("");
  const names = ["api", "app", "shop", "docs"].map((label) => `${label}.${options.domain}`);
  const host = names.find((name) => !hosts.some(({ hostname }) => hostname === name)) ?? names[0];
  // The sandbox's own cluster has this Service; nobody else's need have it.
  const isSandbox = options.flags?.includes("--sandbox") === true;
  const backend = isSandbox ? "shop/api:8080" : "NAMESPACE/SERVICE:PORT";
  return [
    formatHeading(options, "Next"),
    ...formatText(options, "Add a host:", { indent: 2 }),
    ...formatCommand(options, `gateway-tls add-host ${host} --backend ${backend}${flags}`, 4),
    ...formatText(options, "See whether all is well:", { indent: 2 }),
    ...formatCommand(options, `gateway-tls status${flags}`, 4),
  ];
}
