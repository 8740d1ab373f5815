import { formatLine, formatText, markOf, type Screen, type Span, type Style } from "./screen.ts";
import { cutMiddle, padTo, widthOf } from "./text.ts";

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
  indent = 2,
): string[] {
  const nameWidth = Math.max(0, ...fields.map(([name]) => widthOf(name)));
  const column = Math.min(indent + nameWidth + 2, Math.floor(screen.columns / 2));
  return fields.flatMap(([name, value]) => {
    const lead: Span[] = [[padTo(" ".repeat(indent) + name, column - 1), "dim"], " "];
    const values = typeof value === "string" ? [value] : value;
    return values.flatMap((text, index) =>
      formatText(screen, text, { indent: column, ...(index === 0 ? { lead } : {}) }),
    );
  });
}

/** One line that starts with a mark: the name keeps both its ends, the note its begin. */
export function formatItem(
  screen: Screen,
  item: { mark: string; style: Style; kind: string; kindWidth: number; name: string; note: string },
): string {
  const { mark, style, kind, kindWidth, name, note } = item;
  const ellipsis = markOf(screen, "ellipsis");
  const room = Math.max(8, screen.columns - kindWidth - 8);
  const nameRoom = note === "" ? room : Math.max(Math.ceil(room / 2), room - widthOf(note) - 2);
  const quiet = style === "dim" ? "dim" : "plain";
  return formatLine(screen, [
    "  ",
    [mark, style],
    " ",
    [padTo(kind, kindWidth), quiet],
    "  ",
    [cutMiddle(name, nameRoom, ellipsis), quiet],
    ...(note === "" ? [] : ["  ", [note, "dim"] as const]),
  ]);
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
