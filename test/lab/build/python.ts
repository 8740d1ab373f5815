import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Say } from "./build.ts";
import { labSource } from "./cache.ts";
import { run } from "./run.ts";

/** A program of a Python package, in a virtual environment of its own. */
export interface PythonProgram {
  package: string;
  version: string;
  /** In the environment's `bin`. */
  program: string;
  /** A pip constraints file in the lab's folder: the versions of all that comes with it. */
  constraints?: string;
}

/** The AWS endpoint. */
export const ministack: PythonProgram = {
  package: "ministack",
  version: "1.5.33",
  program: "ministack",
  constraints: "aws/constraints.txt",
};

/** The AWS CLI, for the benchmark's runbook; PyPI has its first major only. */
export const awsCli: PythonProgram = { package: "awscli", version: "1.46.3", program: "aws" };

/** Written last. */
const COMPLETE = "complete";

function folderOf(wanted: PythonProgram, cache: string): string {
  const { package: name, version, constraints } = wanted;
  if (constraints === undefined) return join(cache, `${name}-${version}`);
  const lock = createHash("sha256")
    .update(readFileSync(join(labSource(), constraints)))
    .digest("hex")
    .slice(0, 12);
  return join(cache, `${name}-${version}-${lock}`);
}

/** Whether an earlier build has installed it to the end. */
export const isInstalled = (wanted: PythonProgram, cache: string): boolean =>
  existsSync(join(folderOf(wanted, cache), COMPLETE));

/** Installs it where it is not yet, and returns the program's path. */
export async function ensurePython(
  wanted: PythonProgram,
  cache: string,
  say: Say,
): Promise<string> {
  const { package: name, version, program, constraints } = wanted;
  const venv = folderOf(wanted, cache);
  if (!isInstalled(wanted, cache)) {
    const startedAt = Date.now();
    await rm(venv, { recursive: true, force: true });
    await run("python3", ["-m", "venv", venv]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    const held =
      constraints === undefined ? [] : [`--constraint=${join(labSource(), constraints)}`];
    await run(join(venv, "bin/python"), [...pip, ...held, `${name}==${version}`]);
    await writeFile(join(venv, COMPLETE), "");
    say(`installed ${name} ${version} in ${Math.round((Date.now() - startedAt) / 1000)} s`);
  }
  return join(venv, "bin", program);
}
