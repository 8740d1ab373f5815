import { cutEnd, widthOf, wrapWords } from "./text.ts";

/** What the views need to know of where they are shown. */
export interface Screen {
  color: boolean;
  /** Cells in a line; no line that is printed is wider. */
  columns: number;
  /** False: marks in ASCII. True by default; see `hasUnicodeLocale`. */
  unicode?: boolean;
}

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan" | "plain";

/** A piece of a line: text without escape codes, and how it looks. */
export type Span = string | readonly [text: string, ...styles: Style[]];

const CODES: Record<Style, readonly [number, number] | undefined> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  plain: undefined,
};

const UNICODE_MARKS = {
  done: "✓",
  current: "=",
  failed: "✗",
  warning: "!",
  unknown: "?",
  cancelled: "■",
  pending: "·",
  arrow: "→",
  ellipsis: "…",
};

/** Every mark is one cell wide. */
export type Mark = keyof typeof UNICODE_MARKS;

const ASCII_MARKS: Record<Mark, string> = {
  done: "+",
  current: "=",
  failed: "x",
  warning: "!",
  unknown: "?",
  cancelled: "-",
  pending: ".",
  arrow: "->",
  ellipsis: "...",
};

export function markOf(screen: Screen, mark: Mark): string {
  return (screen.unicode === false ? ASCII_MARKS : UNICODE_MARKS)[mark];
}

/** Whether the locale of this environment (`LC_ALL`, `LC_CTYPE`, `LANG`, in this order) is UTF-8. */
export function hasUnicodeLocale(env: Record<string, string | undefined>): boolean {
  if (env["TERM"] === "linux") return false;
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"];
  return locale === undefined || /utf-?8/i.test(locale);
}

/** The spans side by side, cut where the line ends. */
export function formatLine(screen: Screen, spans: readonly Span[]): string {
  const pieces: string[] = [];
  let room = screen.columns;
  const whole = spans.reduce((sum, span) => sum + widthOf(textOf(span)), 0);
  for (const span of spans) {
    const text = textOf(span);
    const last = whole > screen.columns && widthOf(text) >= room;
    const fitting = last ? cutTo(screen, text, room) : text;
    pieces.push(paint(screen, span, fitting));
    room -= widthOf(fitting);
    if (last) break;
  }
  return pieces.join("").trimEnd();
}

/** A paragraph: broken at words, all its lines behind `indent` spaces, the first behind `lead`. */
export function formatText(
  screen: Screen,
  text: string,
  options: { lead?: readonly Span[]; indent: number; style?: Style },
): string[] {
  const { lead, indent, style = "plain" } = options;
  const lines = wrapWords(text, screen.columns - indent);
  return lines.map((line, index) =>
    formatLine(screen, [
      ...(index === 0 && lead !== undefined ? lead : [" ".repeat(indent)]),
      [line, style],
    ]),
  );
}

/** A command to paste: broken at words with a backslash, so that it can be pasted broken too. */
export function formatCommand(screen: Screen, command: string, indent: number): string[] {
  const whole = " ".repeat(indent) + command;
  if (widthOf(whole) <= screen.columns) return [formatLine(screen, [[whole, "cyan"]])];
  const lines = wrapWords(command, screen.columns - indent - 4);
  return lines.map((line, index) => {
    const end = index < lines.length - 1 ? " \\" : "";
    const begin = " ".repeat(indent + (index === 0 ? 0 : 2));
    return formatLine(screen, [[begin + line + end, "cyan"]]);
  });
}

const textOf = (span: Span): string => (typeof span === "string" ? span : span[0]);

const cutTo = (screen: Screen, text: string, room: number): string =>
  cutEnd(text, Math.max(0, room), markOf(screen, "ellipsis"));

function paint({ color }: Screen, span: Span, text: string): string {
  if (!color || typeof span === "string" || text.trim() === "") return text;
  const [, ...styles] = span;
  return styles.reduce((painted, style) => {
    const codes = CODES[style];
    return codes === undefined ? painted : `\u001B[${codes[0]}m${painted}\u001B[${codes[1]}m`;
  }, text);
}
