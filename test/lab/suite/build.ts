import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type Built, buildLab } from "../build/build.ts";
import { findRepository } from "../build/cache.ts";

declare module "vitest" {
  export interface ProvidedContext {
    built: Built;
  }
}

/** Before the first suite: the lab's programs, and the command line as it would be published. */
export default async function setup(project: TestProject): Promise<void> {
  const built = await buildLab((line) => process.stderr.write(`lab: ${line}\n`));
  execFileSync(process.execPath, [join(findRepository(), "scripts/build.mjs")]);
  project.provide("built", built);
}
