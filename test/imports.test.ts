import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageOf, readImports, readSources, type SourceFile } from "./support/imports.ts";

const sources = readSources(join(import.meta.dirname, "../src"));
const byPath = new Map(sources.map((file) => [file.path, file]));

/** The folder below src/, or the name of a file directly in it. */
const layerOf = (path: string) => path.split("/")[0] ?? path;

const words = ["errors.ts", "kinds.ts", "json.ts", "nearest.ts"];
const core = ["config", "facts", "plan", "steps", "runner", "checks"];

/** What each part may import, beside itself. docs/architecture.md says why. */
const allowed: Record<string, readonly string[]> = {
  "errors.ts": [],
  "kinds.ts": [],
  "json.ts": [],
  "nearest.ts": [],
  ports: words,
  ...Object.fromEntries(core.map((layer) => [layer, [...core, "ports", ...words]])),
  adapters: ["ports", ...words],
  sandbox: ["ports", ...words],
  ui: [...core, "ports", ...words],
  commands: [...core, "ui", "ports", ...words],
};

/** Node's modules that neither read nor write anything. */
const pureModules = ["node:crypto", "node:util", "node:path", "node:url", "node:buffer"];
const purePackages = ["valibot", "tldts", "yaml"];

/** Packages that cost more than 20 ms to load, or bring many others. */
const heavy = /^(execa|listr2|@inquirer\/.*|@aws-sdk\/.*|@smithy\/.*|https-proxy-agent)$/;

function findWrong(rule: (file: SourceFile) => readonly string[]): string[] {
  return sources.flatMap((file) => rule(file).map((target) => `${file.path} -> ${target}`));
}

test("reads every form of import", () => {
  const text = [
    'import type { A } from "../ports/world.ts";',
    'import { type B, type C } from "./b.ts";',
    'import d, {\n  type E,\n  f,\n} from "yaml";',
    'import "node:fs";',
    'export { g } from "./g.ts";',
    "const { h } = await import(\n  './h.ts'\n);",
    '// import { no } from "no";',
    '/** import("no") */',
  ].join("\n");
  expect(
    readImports("plan/a.ts", text).map(({ target, typeOnly, dynamic }) =>
      [target, typeOnly && "type", dynamic && "dynamic"].filter(Boolean).join(" "),
    ),
  ).toEqual([
    "ports/world.ts type",
    "plan/b.ts type",
    "yaml",
    "node:fs",
    "plan/g.ts",
    "plan/h.ts dynamic",
  ]);
});

describe("src/", () => {
  test("is there, and every import leads to a file", () => {
    expect(sources.length).toBeGreaterThan(20);
    const lost = findWrong(({ imports }) =>
      imports
        .filter(({ own, target }) => own && !target.startsWith("..") && !byPath.has(target))
        .map(({ target }) => target),
    );
    expect(lost).toEqual([]);
  });

  test("imports go one way", () => {
    const wrong = findWrong(({ path, imports }) => {
      const layer = layerOf(path);
      if (layer === "cli.ts") return [];
      const targets = [layer, ...(allowed[layer] ?? [])];
      return imports
        .filter(({ own, target }) => own && !targets.includes(layerOf(target)))
        .map(({ target }) => target);
    });
    expect(wrong).toEqual([]);
  });

  test("no file comes back to itself", () => {
    const reachedFrom = (path: string): Set<string> => {
      const reached = new Set<string>();
      const open = [path];
      for (const at of open) {
        for (const { own, target } of byPath.get(at)?.imports ?? []) {
          if (!own || reached.has(target)) continue;
          reached.add(target);
          open.push(target);
        }
      }
      return reached;
    };
    const circling = sources.map(({ path }) => path).filter((path) => reachedFrom(path).has(path));
    expect(circling).toEqual([]);
  });

  test("ui takes types only from our code", () => {
    const wrong = findWrong(({ path, imports }) =>
      layerOf(path) === "ui"
        ? imports
            .filter(({ own, typeOnly, target }) => own && !typeOnly && layerOf(target) !== "ui")
            .map(({ target }) => target)
        : [],
    );
    expect(wrong).toEqual([]);
  });

  test("plan and checks do no I/O", () => {
    const wrong = findWrong(({ path, imports }) =>
      ["plan", "checks"].includes(layerOf(path))
        ? imports
            .filter(({ own, typeOnly }) => !own && !typeOnly)
            .map(({ target }) => target)
            .filter((target) => ![...pureModules, ...purePackages].includes(target))
        : [],
    );
    expect(wrong).toEqual([]);
  });

  test("what is loaded at the start loads nothing heavy", () => {
    const start = byPath.get("cli.ts");
    const reached = new Set(start === undefined ? [] : [start]);
    const wrong: string[] = [];
    for (const file of reached) {
      for (const { target, own, typeOnly, dynamic } of file.imports) {
        if (typeOnly || dynamic) continue;
        const next = own ? byPath.get(target) : undefined;
        if (next !== undefined) reached.add(next);
        else if (heavy.test(packageOf(target))) wrong.push(`${file.path} -> ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("no file is longer than 250 lines", () => {
    const long = sources.filter(({ lines }) => lines > 250).map(({ path }) => path);
    expect(long).toEqual([]);
  });
});
