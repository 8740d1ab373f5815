import { mkdirSync, rmSync } from "node:fs";
import type { TestProject } from "vitest/node";

/** Makes the directory that TMPDIR names for the tests, and takes it away with all they left in it. */
export default function temporaryDirectory(project: TestProject): () => void {
  const { TMPDIR } = project.config.env;
  if (typeof TMPDIR !== "string") throw new Error("vitest.config.ts names no TMPDIR");
  mkdirSync(TMPDIR, { recursive: true, mode: 0o700 });
  return () => rmSync(TMPDIR, { recursive: true, force: true });
}
