import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "../error.ts";
import { labSource } from "./cache.ts";
import { run } from "./run.ts";

/** Names each tool that a build of what is missing would need, before any of it is built. */
export async function requireTools(needed: { go: boolean; python: boolean }): Promise<void> {
  const missing: string[] = [];
  if (needed.go && !(await runs("go", ["version"]))) {
    const lock = await readFile(join(labSource(), "go/go.mod"), "utf8");
    const wanted = /^go (\S+)/m.exec(lock)?.[1] ?? "";
    missing.push(
      `The lab's control plane is built from source, and there is no Go on the PATH. Install Go ${wanted} or newer: https://go.dev/dl/`,
    );
  }
  if (needed.python && !(await runs("python3", ["-c", "import venv, ensurepip"]))) {
    missing.push(
      "The lab's AWS endpoint is a Python program, and there is no python3 with venv on the PATH. Install Python 3.10 or newer (Debian, Ubuntu: apt-get install python3-venv).",
    );
  }
  if (missing.length > 0) throw new LabError(missing.join("\n"));
}

async function runs(command: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(command, args);
    return true;
  } catch {
    return false;
  }
}
