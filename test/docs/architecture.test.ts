import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inOrder } from "../../src/runner/runner.ts";
import { steps } from "../../src/steps/index.ts";
import type { StepId } from "../../src/plan/step-id.ts";
import { readBlock, readText, root } from "./document.ts";

const FILE = "docs/architecture.md";

/** The steps in rows: each row needs nothing but rows above it. */
function drawSteps(): string {
  const rows = new Map<StepId, number>();
  for (const { id, after } of inOrder(steps)) {
    rows.set(id, Math.max(0, ...after.map((one) => rows.get(one) ?? 0)) + 1);
  }
  const width = Math.max(...steps.map(({ id }) => id.length));
  const lines = steps
    .map(({ id, after }) => ({ row: rows.get(id) ?? 0, id, after }))
    .toSorted((left, right) => left.row - right.row)
    .map(({ row, id, after }, index, all) => {
      const number = all[index - 1]?.row === row ? "" : String(row);
      const needs = after.length === 0 ? "" : `<- ${after.join(", ")}`;
      return `${number.padStart(2)}  ${id.padEnd(width)}  ${needs}`.trimEnd();
    });
  return ["```text", ...lines, "```"].join("\n");
}

describe("docs/architecture.md", () => {
  it("has the graph of the steps", () => {
    const { found, wanted } = readBlock(FILE, "steps", drawSteps());
    expect(found).toBe(wanted);
  });

  it("tells of every folder of src/", () => {
    const folders = readdirSync(join(root, "src"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    const text = readText(FILE);
    expect(folders.filter((name) => !text.includes(`\n  ${name}/`))).toEqual([]);
  });

  it.each([FILE, "CONTRIBUTING.md"])("%s names files that exist", (file) => {
    const told = [
      ...readText(file).matchAll(
        /`((?:src|test|scripts|schemas|templates|bin|bench)\/[^`<*]+?)\/?`/g,
      ),
    ].map(([, path = ""]) => path);
    const there = new Set(
      readdirSync(root, { recursive: false, withFileTypes: true })
        .filter(
          (entry) =>
            entry.isDirectory() &&
            /^(src|test|scripts|schemas|templates|bin|bench)$/.test(entry.name),
        )
        .flatMap(({ name }) =>
          readdirSync(join(root, name), { recursive: true }).map(
            (path) => `${name}/${String(path)}`,
          ),
        ),
    );
    expect(told.length).toBeGreaterThan(10);
    expect(told.filter((path) => !there.has(path))).toEqual([]);
  });
});
