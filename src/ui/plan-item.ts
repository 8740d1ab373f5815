import { formatLine, formatText, type Screen, type Span, type Style } from "./screen.ts";
import { padTo, widthOf } from "./text.ts";

/**
 * A marked thing: its kind and its name, whole, because people confirm what they read here. A name
 * or a note that does not fit beside goes beneath.
 */
export function formatItem(
  screen: Screen,
  item: { mark: string; style: Style; kind: string; kindWidth: number; name: string; note: string },
): string[] {
  const { mark, style, kind, kindWidth, name, note } = item;
  const column = kindWidth + 6;
  const quiet = style === "dim" ? "dim" : "plain";
  const lead: Span[] = ["  ", [mark, style], " "];
  const isWide = widthOf(kind) > kindWidth;
  const room = screen.columns - column;
  if (isWide || widthOf(name) > room) {
    return [
      ...formatText(screen, kind, { lead, indent: 4, style: quiet }),
      ...formatText(screen, name, { indent: 6, style: quiet }),
      ...(note === "" ? [] : formatText(screen, note, { indent: 6, style: "dim" })),
    ];
  }
  const beside = note !== "" && widthOf(name) + 2 + widthOf(note) <= room;
  const first = formatLine(screen, [
    ...lead,
    [padTo(kind, kindWidth), quiet],
    "  ",
    [name, quiet],
    ...(beside ? ["  ", [note, "dim"] as const] : []),
  ]);
  if (note === "" || beside) return [first];
  return [first, ...formatText(screen, note, { indent: column, style: "dim" })];
}
