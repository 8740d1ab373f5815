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

/** In ASCII where the screen has no Unicode. */
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

/** Where a word begins that has no room behind the indent of its paragraph. */
const LONG_WORD_INDENT = 4;

/**
 * A paragraph: broken at words, all its lines behind `indent` spaces, the first behind `lead`. A
 * word that has no room behind them begins further to the left.
 */
export function formatText(
  screen: Screen,
  text: string,
  options: { lead?: readonly Span[]; indent: number; style?: Style },
): string[] {
  const { indent, style = "plain" } = options;
  const { columns } = screen;
  const lines = wrapWords(text, columns - indent, columns);
  return lines.flatMap((line, index) => {
    const room = columns - widthOf(line);
    const own = room >= indent ? indent : Math.max(0, Math.min(LONG_WORD_INDENT, room));
    const lead = index === 0 ? options.lead : undefined;
    const body: Span = [line, style];
    if (lead === undefined) return [formatLine(screen, [" ".repeat(own), body])];
    if (own === indent) return [formatLine(screen, [...lead, body])];
    return [formatLine(screen, lead), formatLine(screen, [" ".repeat(own), body])];
  });
}

/**
 * A command to paste: broken before its flags, or between words where it has to be, with
 * backslashes, so that it is still one command.
 */
export function formatCommand(screen: Screen, command: string, indent: number): string[] {
  const room = screen.columns - " \\".length;
  const lines = [" ".repeat(indent)];
  const add = (text: string): void => {
    const last = lines.pop() ?? "";
    const joined = last.trim() === "" ? last + text : `${last} ${text}`;
    if (last.trim() === "" || widthOf(joined) <= room) lines.push(joined);
    else lines.push(last, " ".repeat(indent + 2) + text);
  };
  const fits = (text: string): boolean => indent + 2 + widthOf(text) <= room;
  for (const words of groupFlags(toOneLine(command))) {
    const flag = words.join(" ");
    const pieces = fits(flag) ? [flag] : words.flatMap((word) => divideWord(word, fits));
    for (const piece of pieces) add(piece);
  }
  const continued = lines.map((line, index) => (index < lines.length - 1 ? `${line} \\` : line));
  return continued
    .flatMap((line) => continueWords(line, screen.columns))
    .map((line) => formatLine(screen, [[line, "cyan"]]));
}

/** A word goes on in the next line behind a backslash, as a shell has it, except in single quotes. */
function continueWords(line: string, columns: number): string[] {
  if (widthOf(line) <= columns) return [line];
  if (line.includes("'")) return breakLine(line, columns);
  const pieces = breakLine(line, columns - 1);
  return pieces.map((piece, index) => (index < pieces.length - 1 ? `${piece}\\` : piece));
}

/** A word that is a command's output, `"$(aws iam ...)"`, may be broken where that command may. */
function divideWord(word: string, fits: (text: string) => boolean): string[] {
  if (fits(word) || !/^"\$\([^"']*\)"$/.test(word)) return [word];
  return word.split(/ (?=--)/).flatMap((flag) => (fits(flag) ? [flag] : flag.split(" ")));
}

/** Each flag with what belongs to it, in words as a shell has them: what is quoted is one. */
function groupFlags(command: string): string[][] {
  const groups: string[][] = [[]];
  for (const word of command.match(/(?:"[^"]*"|'[^']*'|[^\s"']|["'])+/g) ?? []) {
    if (word.startsWith("--")) groups.push([word]);
    else groups.at(-1)?.push(word);
  }
  return groups.filter((words) => words.length > 0);
}

function paint({ color }: Screen, text: string, styles: readonly Style[]): string {
  if (!color || text.trim() === "") return text;
  return styles.reduce((painted, style) => {
    const codes = CODES[style];
    return codes === undefined ? painted : `\u001B[${codes[0]}m${painted}\u001B[${codes[1]}m`;
  }, text);
}
