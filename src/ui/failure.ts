import type { CommandResult, StepResult } from "../runner/result.ts";
import { formatError, type ShownError } from "./error.ts";
import { formatHeading, joinBlocks } from "./layout.ts";
import { formatCommand, formatLine, formatText, markOf, type Screen, type Span } from "./screen.ts";
import { countOf, toOneLine } from "./text.ts";

export interface FailureOptions extends Screen {
  /** The exact command that goes on from here, without secrets. */
  resume: string;
}

/** More changes than these are told by kind: the end must stay in sight. */
const LISTED = 12;

/** The last screen of a run that failed or was stopped: what happened, what stands now, what next. */
export function renderFailure(
  result: CommandResult,
  error: ShownError,
  options: FailureOptions,
): string {
  const cancelled = result.result === "cancelled";
  return joinBlocks([
    cancelled ? formatStop(error, options) : formatError(error, options),
    formatChanges(result, options),
    formatOpen(result.steps, options),
    [
      ...formatText(options, describeResume(result, error), { indent: 0 }),
      ...formatCommand(options, options.resume, 2),
    ],
  ]);
}

/** The CA's limits are over at a date: what was told to wait must not be told to go on. */
function describeResume({ writes }: CommandResult, { code }: ShownError): string {
  if (code === "GT-ACME-RATE-LIMITED") return "When the date has come, run it again:";
  return writes === 0
    ? "Run it again when you are ready:"
    : "Run it again: it goes on from here, and what is done stays as it is:";
}

function formatStop({ message }: ShownError, options: Screen): string[] {
  return formatText(options, message, {
    lead: [[markOf(options, "cancelled"), "yellow"], " "],
    indent: 2,
  });
}

function formatChanges({ changes, writes }: CommandResult, options: Screen): string[] {
  if (writes === 0 && changes.length === 0) {
    return [formatHeading(options, "Changed"), formatLine(options, ["  nothing"])];
  }
  const lines = changes.length > LISTED ? groupChanges(changes) : changes;
  const lead: Span[] = ["  ", ["+", "green"], " "];
  return [
    formatHeading(options, "Changed", countOf(writes, "write")),
    ...lines.flatMap((line) => formatText(options, line, { lead, indent: 4 })),
  ];
}

/** `applied Namespace a, b`: what was done, to what kind, and to which, in the order of the first. */
function groupChanges(changes: readonly string[]): string[] {
  const groups = new Map<string, string[]>();
  for (const change of changes) {
    const [, what = "", name = ""] = /^(.*) (\S+)$/.exec(toOneLine(change)) ?? ["", "", change];
    const names = groups.get(what) ?? [];
    groups.set(what, names);
    if (!names.includes(name)) names.push(name);
  }
  return [...groups].map(([what, names]) => `${what} ${names.join(", ")}`.trim());
}

function formatOpen(steps: readonly StepResult[], options: Screen): string[] {
  const open = steps.filter(({ state }) => state !== "done" && state !== "current");
  if (open.length === 0) return [];
  return [
    formatHeading(options, "Not done"),
    ...formatText(options, open.map(nameOf).join(", "), { indent: 2 }),
  ];
}

const nameOf = ({ title, state }: StepResult): string =>
  state === "not-started" ? title : `${title} (${state})`;
