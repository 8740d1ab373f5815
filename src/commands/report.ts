import type { RunOptions } from "../config/config.ts";
import { Cancelled, UserError, type ExitCode } from "../errors.ts";
import { emptyResult, writeDocument } from "./documents.ts";
import type { CommandResult } from "../runner/result.ts";
import { formatHint } from "../ui/error.ts";
import { formatText, hasUnicodeLocale, markOf, type Screen } from "../ui/screen.ts";
import type { Io } from "./command.ts";

/** How a failure is shown. */
export interface ReportOptions {
  command: string;
  /** The document that is wanted on stdout beside the text on stderr. */
  output: RunOptions["output"];
  color: boolean;
  debug: boolean;
}

const DEFAULT_COLUMNS = 80;

/** Shows what a command threw, on stderr, and as the document where one is wanted. */
export async function reportError(
  error: unknown,
  io: Io,
  options: ReportOptions,
): Promise<ExitCode> {
  const shown = error instanceof UserError ? error : toBug(error);
  const screen: Screen = {
    color: options.color,
    columns: io.stderr.columns ?? DEFAULT_COLUMNS,
    unicode: hasUnicodeLocale(io.env),
  };
  io.stderr.write(`${formatReport(shown, screen).join("\n")}\n`);
  if (options.debug) io.stderr.write(`\n${describeStack(error)}\n`);
  if (options.output !== "text") await writeDocument(io, options, toResult(shown, options));
  return shown.exitCode;
}

/** A message may have several lines, each with an indent of its own. */
function formatReport({ code, message, hint }: UserError, screen: Screen): string[] {
  const indent = 2;
  const lines = message.split("\n").flatMap((line, index) => {
    if (index > 0) return formatBelow(line, screen, indent);
    const lead = [[markOf(screen, "failed"), "red"], " "] as const;
    return formatText(screen, `error: ${line}`, { lead, indent });
  });
  return [
    ...lines,
    ...(hint === undefined ? [] : formatHint(hint, screen, indent)),
    ...formatText(screen, code, { indent, style: "dim" }),
  ];
}

/** With its own indent, and what stands behind a bullet in a column. */
function formatBelow(line: string, screen: Screen, indent: number): string[] {
  const [lead = "", bullet = ""] = /^ *(- )?/.exec(line) ?? [];
  const own = indent + lead.length;
  const start = `${" ".repeat(own - bullet.length)}${bullet}`;
  return formatText(screen, line.slice(lead.length), { lead: [start], indent: own });
}

/** What is no `UserError` is a mistake of ours. */
function toBug(error: unknown): UserError {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new UserError("GT-BUG", `This is a mistake in gateway-tls: ${what}`, {
    hint: "Run it again with --debug, and report what it prints.",
    cause: error,
  });
}

/** The stack, and those of its causes. */
function describeStack(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by: ${describeStack(error.cause)}`;
}

function toResult(error: UserError, { command }: ReportOptions): CommandResult {
  const { code, message, hint = null } = error;
  return {
    ...emptyResult(command, error instanceof Cancelled ? "cancelled" : "failed"),
    error: { code, message, hint },
  };
}
