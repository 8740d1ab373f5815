import { existsSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { readCommandLine } from "../../src/commands/options.ts";
import { verbs } from "../../src/commands/verbs.ts";
import { argumentsOf, documents, findCommands, readText, root } from "./document.ts";

/** The anchors that GitHub gives to a document's headings. */
function findAnchors(path: string): Set<string> {
  const text = readText(path).replaceAll(/^```.*?^```$/gms, "");
  const titles = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) => title);
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\- _]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

function findLinks(path: string): string[] {
  return [...readText(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
}

describe.each(documents)("%s", (path) => {
  it("has links that lead somewhere", () => {
    const broken = findLinks(path).filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? path : posix.join(dirname(path), file);
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !findAnchors(target).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  it("tells commands that the program knows", () => {
    const told = findCommands(path).flatMap(({ command }) => {
      const args = argumentsOf(command);
      return args === undefined ? [] : [args];
    });
    const kinds = told.map((args) => readCommandLine(args, verbs, "0.0.0").kind);
    expect(kinds).toEqual(told.map(() => "verb"));
  });

  it("has plain words and no address of a workplace", () => {
    expect(readText(path)).not.toMatch(/\/work\/|\bTODO\b|\/tmp\/|\bsimply\b|\bseamless/i);
  });
});

it("finds what a shell block runs", () => {
  expect(argumentsOf("npm ci && npx gateway-tls init --sandbox --yes")).toEqual([
    "init",
    "--sandbox",
    "--yes",
  ]);
  expect(argumentsOf("A=b gateway-tls status --output json | jq '.x'")).toEqual([
    "status",
    "--output",
    "json",
  ]);
  expect(argumentsOf("npm test")).toBeUndefined();
});
