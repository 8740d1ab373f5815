import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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
  writeFileSync(file, JSON.stringify({ folder, owner } satisfies RunningLab));
  const killNow = () => processes.killNow();
  process.once("exit", killNow);
  return () => {
    process.removeListener("exit", killNow);
    rmSync(file, { force: true });
  };
}

/** Ends what labs have left whose own process was killed. Returns the names of those parts. */
export function endOrphans(): string[] {
  const files = readdirSync(notes()).map((name) => join(notes(), name));
  return files.flatMap((file) => {
    const { folder, owner }: RunningLab = JSON.parse(readFileSync(file, "utf8"));
    if (isSame(owner)) return [];
    rmSync(file, { force: true });
    return endLeftovers(folder);
  });
}

function notes(): string {
  const folder = join(cacheRoot(), "running");
  mkdirSync(folder, { recursive: true });
  return folder;
}
