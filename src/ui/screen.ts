import { breakLine, cutEnd, toOneLine, widthOf, wrapWords } from "./text.ts";

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
  const shown = withoutTail(spans);
  let room = screen.columns;
  for (const [index, [text, ...styles]] of shown.entries()) {
    const width = widthOf(text);
    const fits = width < room || (width === room && index === shown.length - 1);
    const fitting = fits ? text : cutEnd(text, room, markOf(screen, "ellipsis"));
    pieces.push(paint(screen, fitting, styles));
    room -= width;
    if (!fits) break;
  }
  return pieces.join("");
}

/** Without spaces at the end of the line. */
function withoutTail(spans: readonly Span[]): (readonly [string, ...Style[]])[] {
  const pairs = spans.map((span) => (typeof span === "string" ? ([span] as const) : span));
  const end = pairs.findLastIndex(([text]) => text.trim() !== "");
  return pairs
    .slice(0, end + 1)
    .map(([text, ...styles], index) => [index === end ? text.trimEnd() : text, ...styles]);
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

/** A command to paste: broken before its flags, with backslashes, so that it is still one command. */
export function formatCommand(screen: Screen, command: string, indent: number): string[] {
  const [head = "", ...flags] = toOneLine(command).split(/ (?=--)/);
  const room = screen.columns - 2;
  const lines = flags.reduce(
    (done, flag) => {
      const last = done.pop() ?? "";
      const joined = `${last} ${flag}`;
      if (widthOf(joined) <= room) return [...done, joined];
      return [...done, last, " ".repeat(indent + 2) + flag];
    },
    [" ".repeat(indent) + head],
  );
  const continued = lines.map((line, index) => (index < lines.length - 1 ? `${line} \\` : line));
  return continued
    .flatMap((line) => breakLine(line, screen.columns))
    .map((line) => formatLine(screen, [[line, "cyan"]]));
}

function paint({ color }: Screen, text: string, styles: readonly Style[]): string {
  if (!color || text.trim() === "") return text;
  return styles.reduce((painted, style) => {
    const codes = CODES[style];
    return codes === undefined ? painted : `\u001B[${codes[0]}m${painted}\u001B[${codes[1]}m`;
  }, text);
}
