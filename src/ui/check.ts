import { formatHint } from "./error.ts";
import { formatHeading, joinBlocks } from "./layout.ts";
import { renderPlan } from "./plan.ts";
import { renderPreflight, type PreflightReport } from "./preflight.ts";
import type { Screen } from "./screen.ts";

type Items = Parameters<typeof renderPlan>[0];

/** The checklist, and what `init` would change; `undefined` items were not compared. */
export function renderCheck(
  report: PreflightReport,
  items: Items | undefined,
  screen: Screen & { repair: string },
): string {
  const checklist = renderPreflight(report, screen);
  if (items === undefined) return checklist;
  const drift = items.filter(({ intent }) => intent !== "keep");
  if (drift.length === 0) {
    return `${checklist}\n${joinBlocks([[formatHeading(screen, "Nothing differs from the kept config")]])}`;
  }
  const heading = formatHeading(screen, "What differs from the kept config");
  const repair = ["", ...formatHint(screen.repair, screen, 2)].join("\n");
  return `${checklist}\n${heading}\n${renderPlan(drift, screen)}${repair}\n`;
}
