import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "../error.ts";
import type { Say } from "./build.ts";
import { run } from "./run.ts";

/** A program of a Python package, in a virtual environment of its own. */
export interface PythonProgram {
  package: string;
  version: string;
  /** In the environment's `bin`. */
  program: string;
}

/** The AWS endpoint. */
export const ministack: PythonProgram = {
  package: "ministack",
  version: "1.5.33",
  program: "ministack",
};

/** The AWS CLI, for the benchmark's runbook; PyPI has its first major only. */
export const awsCli: PythonProgram = { package: "awscli", version: "1.46.3", program: "aws" };

/** Installs it where it is not yet, and returns the program's path. */
export async function ensurePython(
  { package: name, version, program }: PythonProgram,
  cache: string,
  say: Say,
): Promise<string> {
  const venv = join(cache, `${name}-${version}`);
  const done = join(venv, "complete");
  if (!existsSync(done)) {
    await requirePython();
    const startedAt = Date.now();
    await rm(venv, { recursive: true, force: true });
    await run("python3", ["-m", "venv", venv]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await run(join(venv, "bin/python"), [...pip, `${name}==${version}`]);
    await writeFile(done, "");
    say(`installed ${name} ${version} in ${Math.round((Date.now() - startedAt) / 1000)} s`);
  }
  return join(venv, "bin", program);
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
