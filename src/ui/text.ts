const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Whole scripts that terminals draw two cells wide, and what is drawn as an emoji. */
const WIDE =
  /[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303E\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6]|\uFE0F/u;
const ZERO = /^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u;

/** Cells that a terminal needs for this text, which holds no escape codes. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7E]*$/.test(text)) return text.length;
  return Array.from(graphemes.segment(text), ({ segment }) => cellsOf(segment)).reduce(
    (sum, cells) => sum + cells,
    0,
  );
}

/** More than one code point may be drawn apart where the terminal knows no such cluster. */
function cellsOf(grapheme: string): number {
  return Array.from(grapheme).reduce((sum, char) => {
    if (ZERO.test(char) && char !== "\uFE0F") return sum;
    return sum + (WIDE.test(char) ? 2 : 1);
  }, 0);
}

/** One printable line: text from elsewhere can hold line ends and escape codes. */
export function toOneLine(text: string): string {
  return (
    text
      // oxlint-disable-next-line eslint/no-control-regex -- escape codes are what is looked for
      .replaceAll(/\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?)/g, "")
      .replaceAll(/\s+/g, " ")
      .replaceAll(/[\p{Control}\p{Surrogate}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, "")
      .trim()
  );
}

/** At most `width` cells; what is left out at the end is shown by `ellipsis`. */
export function cutEnd(text: string, width: number, ellipsis: string): string {
  if (widthOf(text) <= width) return text;
  const room = width - widthOf(ellipsis);
  return room <= 0 ? takeCells(text, width) : takeCells(text, room).trimEnd() + ellipsis;
}

/** At most `width` cells, with both ends kept: for names, whose ends tell them apart. */
export function cutMiddle(text: string, width: number, ellipsis: string): string {
  if (widthOf(text) <= width) return text;
  const room = width - widthOf(ellipsis);
  if (room < 8) return cutEnd(text, width, ellipsis);
  const head = Math.ceil(room / 2);
  const tail = takeCells(Array.from(text).reverse().join(""), room - head);
  return takeCells(text, head) + ellipsis + Array.from(tail).reverse().join("");
}

/** `width` in cells; what is wider stays as it is. */
export function padTo(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

function takeCells(text: string, width: number): string {
  let taken = "";
  let cells = 0;
  for (const { segment } of graphemes.segment(text)) {
    cells += cellsOf(segment);
    if (cells > width) return taken;
    taken += segment;
  }
  return taken;
}

/**
 * Lines of at most `width` cells, broken at spaces. A longer word has a line of its own where it
 * has no more than `whole` cells: in one piece it can be copied. Else it is broken where lines end.
 */
export function wrapWords(text: string, width: number, whole = width): string[] {
  const room = Math.max(2, width);
  const lines: string[] = [];
  let line = "";
  for (const word of toOneLine(text).split(" ")) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (widthOf(joined) <= room) {
      line = joined;
      continue;
    }
    if (line !== "") lines.push(line);
    const pieces = widthOf(word) <= whole ? [word] : breakLine(word, room);
    line = pieces.pop() ?? "";
    lines.push(...pieces);
  }
  return line === "" ? lines : [...lines, line];
}

/** Broken where a terminal would break it. */
export function breakLine(line: string, width: number): string[] {
  const pieces: string[] = [];
  let rest = line;
  while (widthOf(rest) > width) {
    const piece = takeCells(rest, width) || Array.from(rest).slice(0, 1).join("");
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return [...pieces, rest];
}

/** `m:ss`, or `h:mm:ss` from an hour on. */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) =>
    String(part).padStart(2, "0"),
  );
  const hours = Math.floor(seconds / 3600);
  return hours > 0 ? [hours, ...parts].join(":") : parts.join(":").replace(/^0/, "");
}

/** `1 step`, `2 steps`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A moment as its day, and how far off that is: `2026-02-21 (in 89 days)`. */
export function formatExpiry(notAfter: string, now: Date): string {
  const at = new Date(notAfter);
  if (Number.isNaN(at.getTime())) return notAfter;
  const days = Math.floor((at.getTime() - now.getTime()) / 86_400_000);
  const day = at.toISOString().slice(0, 10);
  if (at.getTime() <= now.getTime()) return `${day} (expired)`;
  return `${day} (${days === 0 ? "in less than a day" : `in ${countOf(days, "day")}`})`;
}
