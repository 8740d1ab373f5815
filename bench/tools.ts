import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Programs whose starts are counted: all that either contestant calls. */
const NAMES = ["kubectl", "helm", "aws", "curl", "sleep", "base64"];

/** A folder for the front of PATH, whose programs note that they were started and then become the real ones. */
export interface CountedTools {
  /** The whole PATH. */
  path: string;
  /** Starts since the last call, by program. */
  take(): Record<string, number>;
}

export function countTools(folder: string, searched: string): CountedTools {
  mkdirSync(folder, { recursive: true });
  const log = join(folder, "started");
  for (const name of NAMES) {
    const real = findProgram(name, searched);
    if (real === undefined) continue;
    const script = `#!/bin/sh\necho ${name} >>'${log}'\nexec '${real}' "$@"\n`;
    writeFileSync(join(folder, name), script, { mode: 0o755 });
  }
  let read = 0;
  const take = (): Record<string, number> => {
    const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n").slice(0, -1) : [];
    const fresh = lines.slice(read);
    read = lines.length;
    const counts: Record<string, number> = {};
    for (const name of fresh) counts[name] = (counts[name] ?? 0) + 1;
    return counts;
  };
  return { path: [folder, searched].join(delimiter), take };
}

/** `kubectl 3, helm 8`. */
export function formatCounts(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  return parts.map(([name, count]) => `${name} ${count}`).join(", ");
}

/** How many in all. */
export const totalOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

function findProgram(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
