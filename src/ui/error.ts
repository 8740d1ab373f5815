import { formatCommand, formatText, markOf, type Screen } from "./screen.ts";

/** What every view shows of a failure; a `UserError` is one. */
export interface ShownError {
  code: string;
  message: string;
  hint: string | null | undefined;
}

/** What happened and why, its code, and one action, after one blank line. */
export function renderError(error: ShownError, screen: Screen): string {
  return `\n${formatError(error, screen).join("\n")}\n`;
}

/** The same as lines. */
export function formatError({ code, message, hint }: ShownError, screen: Screen): string[] {
  const indent = 2;
  const [first = "", ...rest] = message.split("\n");
  return [
    ...formatText(screen, first, {
      lead: [[markOf(screen, "failed"), "red"], " "],
      indent,
    }),
    // A message may name several things, each on a line of its own.
    ...rest.flatMap((line) => formatText(screen, line, { indent: indent + 2 })),
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
