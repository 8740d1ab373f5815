import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative } from "node:path";
import { LabError } from "../error.ts";

/** The repository's root: found upwards, for the lab also runs as one bundled file. */
export function findRepository(start = process.cwd()): string {
  for (let at = start; ; at = dirname(at)) {
    if (existsSync(join(at, "test/lab/go/go.mod"))) return at;
    if (dirname(at) === at) {
      throw new LabError("Run the lab inside the repository: test/lab/go was not found.");
    }
  }
}

/** The lab's folder in the checkout. */
export function labSource(): string {
  return join(findRepository(), "test/lab");
}

/** Where everything the lab makes is kept, outside the checkout. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  return join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "gateway-tls-lab");
}

/** Folders named after what they are made from: locks and mains, and for the charts those too. */
export function cacheFolders(): { binaries: string; files: string } {
  const locked = ["go", "build/binaries.ts"];
  const files = [...locked, "build/charts.ts", "build/crds.ts", "charts"];
  return {
    binaries: join(cacheRoot(), `bin-${hashOf(locked)}`),
    files: join(cacheRoot(), `files-${hashOf(files)}`),
  };
}

function hashOf(paths: readonly string[]): string {
  const hash = createHash("sha256");
  const source = labSource();
  for (const file of paths.flatMap((path) => listFiles(join(source, path)))) {
    hash.update(`${relative(source, file)}\0`).update(readFileSync(file));
  }
  return hash.digest("hex").slice(0, 12);
}

function listFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => listFiles(join(path, name)));
}
