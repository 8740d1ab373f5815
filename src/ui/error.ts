import { formatCommand, formatText, markOf, type Screen } from "./screen.ts";

/** What every view shows of a failure; a `UserError` is one. */
export interface ShownError {
  code: string;
  message: string;
  hint: string | null | undefined;
}

/** What ended a command before it had anything to show. */
export function renderError(error: ShownError, screen: Screen): string {
  return `${formatError(error, screen, "error: ").join("\n")}\n`;
}

/** What happened and why, one action, and the code. A line of the message keeps its own indent. */
export function formatError(
  { code, message, hint }: ShownError,
  screen: Screen,
  opening = "",
): string[] {
  const indent = 2;
  const lines = message.split("\n").flatMap((line, index) => {
    const own = indent + line.length - line.trimStart().length;
    if (index > 0) return formatText(screen, line, { indent: own });
    const lead = [[markOf(screen, "failed"), "red"], " "] as const;
    return formatText(screen, `${opening}${line}`, { lead, indent });
  });
  return [
    ...lines,
    ...(hint === null || hint === undefined ? [] : formatHint(hint, screen, indent)),
    ...formatText(screen, code, { indent, style: "dim" }),
  ];
}

/** One action behind an arrow; a hint that is only a command stays fit for pasting. */
export function formatHint(hint: string, screen: Screen, indent: number): string[] {
  if (/^(gateway-tls|kubectl|helm|aws) \S/.test(hint)) return formatCommand(screen, hint, indent);
  const arrow = markOf(screen, "arrow");
  return formatText(screen, hint, {
    lead: [" ".repeat(indent), [arrow, "cyan"], " "],
    indent: indent + arrow.length + 1,
  });
}
