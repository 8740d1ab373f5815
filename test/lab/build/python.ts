import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "../error.ts";
import type { Say } from "./build.ts";
import { run } from "./run.ts";

const MINISTACK = "1.5.33";

/** The AWS endpoint's program in a virtual environment of its own. */
export async function ensurePython(cache: string, say: Say): Promise<string> {
  const venv = join(cache, `ministack-${MINISTACK}`);
  const done = join(venv, "complete");
  if (!existsSync(done)) {
    await requirePython();
    const startedAt = Date.now();
    await rm(venv, { recursive: true, force: true });
    await run("python3", ["-m", "venv", venv]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await run(join(venv, "bin/python"), [...pip, `ministack==${MINISTACK}`]);
    await writeFile(done, "");
    say(`installed ministack ${MINISTACK} in ${Math.round((Date.now() - startedAt) / 1000)} s`);
  }
  return join(venv, "bin/ministack");
}

async function requirePython(): Promise<void> {
  try {
    await run("python3", ["-c", "import venv, ensurepip"]);
  } catch {
    throw new LabError(
      "The lab's AWS endpoint is a Python program, and there is no python3 with venv on the PATH. Install Python 3.10 or newer (Debian, Ubuntu: apt-get install python3-venv).",
    );
  }
}
