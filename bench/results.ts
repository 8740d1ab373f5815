import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, platform, totalmem } from "node:os";
import { join } from "node:path";
import { findRepository } from "../test/lab/build/cache.ts";

/** What one benchmark found, as it is written down. */
export interface Section {
  title: string;
  /** Markdown paragraphs and tables. */
  body: readonly string[];
  /** What was measured against a limit. */
  goals: readonly Goal[];
}

export interface Goal {
  what: string;
  measured: string;
  limit: string;
  kept: boolean;
}

/** A goal that holds while a figure is at most its limit. */
export function atMost(
  what: string,
  value: number,
  limit: number,
  format: (value: number) => string,
): Goal {
  return { what, measured: format(value), limit: format(limit), kept: value <= limit };
}

/** A Markdown table. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map(formatRow).join("\n");
}

const formatRow = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** Puts a section into `bench/results.md`, in the place of its last one, and returns its text. */
export function writeSection(section: Section, command: string): string {
  const file = join(findRepository(), "bench/results.md");
  const before = existsSync(file) ? readFileSync(file, "utf8") : "# Measured\n";
  const text = formatSection(section, command);
  writeFileSync(file, replaceSection(before, section.title, text));
  return text;
}

function formatSection({ title, body, goals }: Section, command: string): string {
  const rows = goals.map(({ what, measured, limit, kept }) => [
    what,
    measured,
    limit,
    kept ? "kept" : "**missed**",
  ]);
  const verdicts =
    goals.length === 0 ? [] : [formatTable(["Goal", "Measured", "At most", ""], rows)];
  return [`## ${title}`, describeRun(command), ...body, ...verdicts].join("\n\n");
}

/** The command, the day, the commit and the machine. */
function describeRun(command: string): string {
  const changed = git("status", "--porcelain", "--", "src", "templates", "test/lab", "bench/*.ts");
  const commit = `${git("rev-parse", "--short", "HEAD")}${changed === "" ? "" : " with changes"}`;
  const processors = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const machine = `${processors.length} x ${processors[0]?.model ?? "unknown"}, ${memory} GiB`;
  const day = new Date().toISOString().slice(0, 10);
  return `\`${command}\`, ${day}, commit ${commit}. Node ${process.version}, ${platform()}, ${machine}.`;
}

function git(...args: readonly string[]): string {
  return execFileSync("git", args, { cwd: findRepository(), encoding: "utf8" }).trim();
}

/** Up to the next heading of its level, or at the end. */
export function replaceSection(text: string, title: string, section: string): string {
  const start = text.indexOf(`## ${title}\n`);
  if (start === -1) return `${text.trimEnd()}\n\n${section}\n`;
  const next = text.indexOf("\n## ", start);
  return `${text.slice(0, start)}${section}\n${next === -1 ? "" : text.slice(next)}`;
}
