import { formatLine, formatText, markOf, type Screen, type Span, type Style } from "./screen.ts";
import { cutEnd, cutMiddle, padTo, widthOf } from "./text.ts";

/** A heading, with what it counts beside it. */
export function formatHeading(screen: Screen, text: string, aside = ""): string {
  return formatLine(screen, [
    [text, "bold"],
    ...(aside === "" ? [] : ["  ", [aside, "dim"] as const]),
  ]);
}

/** Names and values in two columns; a long value goes on below its begin. */
export function formatFields(
  screen: Screen,
  fields: readonly (readonly [name: string, value: string | readonly string[]])[],
  options: { indent?: number; nameWidth?: number } = {},
): string[] {
  const { indent = 2 } = options;
  const nameWidth = options.nameWidth ?? Math.max(0, ...fields.map(([name]) => widthOf(name)));
  const column = Math.min(indent + nameWidth + 2, Math.floor(screen.columns / 2));
  return fields.flatMap(([name, value]) => {
    const lead: Span[] = [[padTo(" ".repeat(indent) + name, column - 1), "dim"], " "];
    const values = typeof value === "string" ? [value] : value;
    return values.flatMap((text, index) =>
      formatText(screen, text, { indent: column, ...(index === 0 ? { lead } : {}) }),
    );
  });
}

/** A marked thing: its name keeps both ends; a note that does not fit beside goes beneath. */
export function formatItem(
  screen: Screen,
  item: { mark: string; style: Style; kind: string; kindWidth: number; name: string; note: string },
): string[] {
  const { mark, style, kind, kindWidth, name, note } = item;
  const ellipsis = markOf(screen, "ellipsis");
  const column = kindWidth + 6;
  const shown = cutMiddle(name, Math.max(8, screen.columns - column), ellipsis);
  const beside = note !== "" && column + widthOf(shown) + 2 + widthOf(note) <= screen.columns;
  const quiet = style === "dim" ? "dim" : "plain";
  const first = formatLine(screen, [
    "  ",
    [mark, style],
    " ",
    [padTo(cutEnd(kind, kindWidth, ellipsis), kindWidth), quiet],
    "  ",
    [shown, quiet],
    ...(beside ? ["  ", [note, "dim"] as const] : []),
  ]);
  if (note === "" || beside) return [first];
  return [first, ...formatText(screen, note, { indent: column, style: "dim" })];
}

/** What came of it, in whole sentences. */
export function formatTitle(screen: Screen, text: string): string[] {
  return formatText(screen, text, {
    lead: [[markOf(screen, "done"), "green"], " "],
    indent: 2,
    style: "bold",
  });
}

/** A warning or a note as a paragraph behind its mark. */
export function formatNote(screen: Screen, text: string, style: Style = "yellow"): string[] {
  return formatText(screen, text, {
    lead: ["  ", [markOf(screen, "warning"), style], " "],
    indent: 4,
  });
}

/** Blocks with one blank line between them; blocks without lines are left out. Ends with a newline. */
export function joinBlocks(blocks: readonly (readonly string[])[]): string {
  const shown = blocks.filter((block) => block.length > 0);
  return `${shown.map((block) => block.join("\n")).join("\n\n")}\n`;
}
