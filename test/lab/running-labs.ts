import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { cacheRoot } from "./build/cache.ts";
import { endLeftovers, type Processes } from "./process.ts";
import { isSame, type KnownProcess, startTimeOf } from "./process-identity.ts";

interface RunningLab {
  folder: string;
  owner: KnownProcess;
}

/**
 * Notes that this process has a lab there, whose parts end with this process; where that is killed,
 * with the next lab's start. What is returned takes the note away.
 */
export function noteLab(folder: string, processes: Processes): () => void {
  const { pid } = process;
  const owner = { name: "lab", pid, startedAt: startTimeOf(pid) };
  const file = join(notes(), `${pid}-${Date.now()}.json`);
  // Whole at once: other labs read it while they start.
  writeFileSync(`${file}.new`, JSON.stringify({ folder, owner } satisfies RunningLab));
  renameSync(`${file}.new`, file);
  const killNow = () => processes.killNow();
  process.once("exit", killNow);
  return () => {
    process.removeListener("exit", killNow);
    rmSync(file, { force: true });
  };
}

/**
 * Ends what labs have left whose own process was killed, and removes their temporary folders.
 * Returns the names of the parts that it ended.
 */
export function endOrphans(): string[] {
  const names = readdirSync(notes()).filter((name) => name.endsWith(".json"));
  return names.flatMap((name) => endOrphan(join(notes(), name)));
}

function endOrphan(file: string): string[] {
  try {
    const lab: RunningLab = JSON.parse(readFileSync(file, "utf8"));
    if (isSame(lab.owner)) return [];
    const ended = endLeftovers(lab.folder);
    // What was killed may write for a moment yet.
    if (isTemporary(lab.folder))
      rmSync(lab.folder, { recursive: true, force: true, maxRetries: 5 });
    rmSync(file, { force: true });
    return ended;
  } catch (error) {
    // That lab, or another's start beside this one, takes it away at this moment.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

/** Of a suite; the folder of `up` stays, for somebody may want to read its logs. */
function isTemporary(folder: string): boolean {
  return dirname(folder) === tmpdir() && /^gateway-tls-(?:lab|states)-/.test(basename(folder));
}

function notes(): string {
  const folder = join(cacheRoot(), "running");
  mkdirSync(folder, { recursive: true });
  return folder;
}
