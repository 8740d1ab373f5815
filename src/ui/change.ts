import type { CommandResult } from "../runner/result.ts";
import { formatFields, formatHeading, formatNote, formatTitle, joinBlocks } from "./layout.ts";
import { formatText, type Screen } from "./screen.ts";
import { countOf, toOneLine } from "./text.ts";

/** Warnings as a block of their own; nothing without any. */
export function renderNotes(warnings: readonly string[], screen: Screen): string {
  if (warnings.length === 0) return "";
  return `\n${joinBlocks([warnings.flatMap((warning) => formatNote(screen, warning))])}`;
}

/** The last screen of a change that went well: what came of it, and what stays and why. */
export function renderChangeEnd(
  { plan, warnings, writes }: CommandResult,
  options: Screen & { title: string },
): string {
  const staying = plan.flatMap(({ kind, name, reason }): [string, string][] =>
    reason === undefined ? [] : [[toOneLine(kind), `${toOneLine(name)} (${toOneLine(reason)})`]],
  );
  return joinBlocks([
    formatTitle(options, options.title),
    warnings.flatMap((warning) => formatNote(options, warning)),
    staying.length === 0
      ? []
      : [formatHeading(options, "Still there"), ...formatFields(options, staying)],
    writes === 0
      ? []
      : formatText(options, `${countOf(writes, "write")} in this run.`, {
          indent: 2,
          style: "dim",
        }),
  ]);
}
