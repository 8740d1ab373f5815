import { formatLine, formatText, markOf, type Screen, type Span, type Style } from "./screen.ts";
import { padTo, widthOf } from "./text.ts";

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
