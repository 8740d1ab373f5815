import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSources } from "../support/imports.ts";
import { documents, readText, root } from "./document.ts";

/** Without what only begins a code: `GT-` before a placeholder, and `startsWith("GT-AWS")`. */
const CODE = /(?<!startsWith\(")\bGT-[A-Z0-9]+(?:-[A-Z0-9]+)*\b/g;

function findCodes(text: string): string[] {
  return text.match(CODE) ?? [];
}

const inSources = new Set(
  readSources(join(root, "src")).flatMap(({ path }) => findCodes(readText(`src/${path}`))),
);
const sections = [...readText("docs/errors.md").matchAll(/^## (.*)$/gm)].map(
  ([, title = ""]) => title,
);

describe("docs/errors.md", () => {
  it("has a section for every code of the program", () => {
    expect([...inSources].filter((code) => !sections.includes(code))).toEqual([]);
  });

  it("has no section for a code that the program does not know", () => {
    expect(sections.filter((title) => !inSources.has(title))).toEqual([]);
  });

  it("has them by name, each once", () => {
    expect(sections).toEqual([...new Set(sections)].toSorted());
    expect(sections.length).toBeGreaterThan(150);
  });

  it("says in each what it means and what to do", () => {
    const bodies = readText("docs/errors.md")
      .split(/^## .*$/m)
      .slice(1);
    const wrong = bodies.filter(
      (body) => !/^\n\n\S.{15,}\n\n\*\*What to do:\*\* \S.+\n+$/.test(body),
    );
    expect(wrong).toEqual([]);
  });
});

it.each(documents)("%s names no code that does not exist", (path) => {
  expect(findCodes(readText(path)).filter((code) => !inSources.has(code))).toEqual([]);
});
