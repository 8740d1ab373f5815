import { formatHint } from "./error.ts";
import { formatHeading, joinBlocks } from "./layout.ts";
import { formatLine, formatText, type Mark, markOf, type Screen, type Style } from "./screen.ts";
import { toOneLine, widthOf } from "./text.ts";

/** `unknown`: what it is about could not be read. `not-checked`: what it waits for failed. */
export type CheckState = "ok" | "failed" | "warning" | "unknown" | "not-checked";

/** One declared check and what came of it. `title` is a positive sentence. */
export interface ShownCheck {
  id: string;
  title: string;
  state: CheckState;
  /** What was seen: shown beside the title. */
  detail?: string | undefined;
  code?: string | undefined;
  message?: string | undefined;
  hint?: string | undefined;
}

export interface PreflightReport {
  checks: readonly ShownCheck[];
}

const LOOKS: Record<CheckState, { mark: Mark; style: Style; count: string }> = {
  ok: { mark: "done", style: "green", count: "passed" },
  failed: { mark: "failed", style: "red", count: "failed" },
  warning: { mark: "warning", style: "yellow", count: "with a warning" },
  unknown: { mark: "unknown", style: "yellow", count: "could not be seen" },
  "not-checked": { mark: "pending", style: "dim", count: "not checked" },
};

/**
 * One line a check; what is not well is opened with what happened, one action and its code. With
 * `troubleOnly`, what is well and what was not checked is counted at the end, not listed.
 */
export function renderPreflight(
  report: PreflightReport,
  screen: Screen,
  { troubleOnly = false } = {},
): string {
  const shown = troubleOnly ? report.checks.filter(isTrouble) : report.checks;
  return joinBlocks([
    shown.flatMap((check) => formatCheck(check, screen)),
    [formatHeading(screen, countStates(report.checks))],
  ]);
}

const isTrouble = ({ state }: ShownCheck): boolean => state !== "ok" && state !== "not-checked";

function formatCheck(check: ShownCheck, screen: Screen): string[] {
  const { mark, style } = LOOKS[check.state];
  const detail = toOneLine(check.detail ?? "");
  const title = toOneLine(check.title);
  const isBeside = widthOf(title) + widthOf(detail) + 6 <= screen.columns;
  const line = formatLine(screen, [
    "  ",
    [markOf(screen, mark), style],
    " ",
    [title, check.state === "not-checked" ? "dim" : "plain"],
    ...(detail === "" || !isBeside ? [] : ["  ", [detail, "dim"] as const]),
  ]);
  const beneath = isBeside ? [] : formatText(screen, detail, { indent: 6, style: "dim" });
  const lines = [line, ...beneath];
  return check.state === "ok" ? lines : [...lines, ...formatTrouble(check, screen)];
}

function formatTrouble({ message, hint, code }: ShownCheck, screen: Screen): string[] {
  const indent = 6;
  return [
    ...(message === undefined ? [] : formatText(screen, message, { indent })),
    ...(hint === undefined ? [] : formatHint(hint, screen, indent)),
    ...(code === undefined ? [] : formatText(screen, code, { indent, style: "dim" })),
  ];
}

function countStates(checks: readonly ShownCheck[]): string {
  const counts = Object.entries(LOOKS).flatMap(([state, { count }]) => {
    const found = checks.filter((check) => check.state === state).length;
    return found === 0 ? [] : [`${found} ${count}`];
  });
  return counts.length === 0 ? "Nothing was checked" : counts.join(", ");
}
