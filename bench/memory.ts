import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What is given to a Node program to have it note the most memory that it ever had. */
export interface MemoryNote {
  env: Record<string, string>;
  /** In bytes, when it has ended; `NaN` without a note. */
  read(): number;
}

export function noteMemory(folder: string): MemoryNote {
  const script = join(folder, "note-memory.cjs");
  const note = join(folder, "max-rss");
  writeFileSync(
    script,
    `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(note)}, String(process.resourceUsage().maxRSS)));\n`,
  );
  return {
    env: { NODE_OPTIONS: `--require=${script}` },
    read: () => (existsSync(note) ? Number(readFileSync(note, "utf8")) * 1024 : Number.NaN),
  };
}
