import { formatCommand, formatText, markOf, type Screen } from "./screen.ts";
import { toOneLine } from "./text.ts";

/** What every view shows of a failure; a `UserError` is one. */
export interface ShownError {
  code: string;
  message: string;
  hint: string | null | undefined;
}

/** What happened and why, one action, and its code, as lines. */
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

/** One action behind an arrow; its commands are fit for pasting, on lines of their own or whole. */
export function formatHint(hint: string, screen: Screen, indent: number): string[] {
  const arrow = markOf(screen, "arrow");
  const own = indent + arrow.length + 1;
  const lead = [" ".repeat(indent), [arrow, "cyan"] as const, " "];
  const paragraph = formatText(screen, hint, { lead, indent: own });
  const commands = [...toOneLine(hint).matchAll(COMMANDS)];
  const isWhole = ([text, quoted]: RegExpExecArray): boolean =>
    quoted !== undefined && paragraph.some((line) => line.includes(text));
  if (commands.every(isWhole)) return paragraph;
  const parts = divideHint(toOneLine(hint), commands);
  const [only, ...more] = parts;
  if (only?.isCommand === true && more.length === 0)
    return formatCommand(screen, only.text, indent);
  return parts.flatMap(({ isCommand, text }, index) =>
    isCommand
      ? formatCommand(screen, text, own + 2)
      : formatText(screen, text, { indent: own, ...(index === 0 ? { lead } : {}) }),
  );
}

/** Alone, behind a colon, or in backquotes; it ends where its sentence does. */
const COMMANDS =
  /`((?:gateway-tls|kubectl|helm|aws) [^`]+)`|(?<=^|: )((?:gateway-tls (?:init|add-host|remove-host|promote|status|check|config|uninstall)\b|(?:kubectl|helm|aws) (?:--)?[a-z])(?:"[^"]*"|'[^']*'|(?!; |\. |\.?$).)*)/g;

/** Prose and commands, as they follow each other. */
function divideHint(
  text: string,
  commands: readonly RegExpExecArray[],
): { isCommand: boolean; text: string }[] {
  const ends = commands.map((match) => match.index + match[0].length);
  const prose = (from: number, to?: number) => {
    const piece = beginSentence(text.slice(from, to));
    return piece === "" ? [] : [{ isCommand: false, text: piece }];
  };
  return [
    ...commands.flatMap((match, index) => [
      ...prose(ends[index - 1] ?? 0, match.index),
      { isCommand: true, text: match[1] ?? match[2] ?? "" },
    ]),
    ...prose(ends.at(-1) ?? 0),
  ];
}

/** Without what joined it to the command before it. */
const beginSentence = (text: string): string =>
  text.replace(/^[;.] (.)/, (_, letter: string) => letter.toUpperCase()).replace(/^[.,;]?\s*/, "");
