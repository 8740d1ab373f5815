import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { preflightChecks } from "../../src/checks/preflight.ts";
import { chain } from "../../src/checks/status.ts";
import { failures, pitfalls } from "./known-rows.ts";
import { readStates } from "./state-file.ts";
import type { TroubleRow } from "./trouble-row.ts";
import { troubles } from "./troubles.ts";

const states = new Map(readStates().map((state) => [state.name, state]));
const rows = Object.entries(troubles).flatMap(([title, found]) =>
  [found].flat().map((row): [string, TroubleRow] => [title, row]),
);

/** What the adapters tell where a command ends. */
const tellers = ["cluster", "helm"].flatMap((name) => {
  const folder = new URL(`../../src/adapters/${name}/`, import.meta.url);
  return readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8"));
});

describe("each kind of trouble has its link and its states", () => {
  const seen = rows.flatMap(([title, row]) => ("link" in row ? [[title, row] as const] : []));
  test.each(seen)("%s", (_, row) => {
    expect(chain.map(({ id }) => id)).toContain(row.link);
    expect(row.states.length).toBeGreaterThan(0);
    const code = "code" in row ? row.code : undefined;
    const found = row.states.map((name) => {
      const { link, code: told } = states.get(name)?.expect ?? {};
      return [name, link, told];
    });
    expect(found).toEqual(row.states.map((name) => [name, row.link, code]));
  });
});

describe("what can be seen before has its check", () => {
  const before = rows.flatMap(([title, row]) => ("check" in row ? [[title, row] as const] : []));
  test.each(before)("%s", (_, { check, code }) => {
    expect(preflightChecks.map(({ id }) => id)).toContain(check);
    expect(codesOf(/-(checks|rules|rule)\.ts$|^parts\.ts$/)).toContain(code);
  });
});

describe("nothing that is known to go wrong is left out", () => {
  test.each([
    ["pitfalls", pitfalls, [[1, 25]]],
    [
      "failures",
      failures,
      [
        [21, 37],
        [45, 49],
      ],
    ],
  ] as const)("%s: each number has its row", (_, table, ranges) => {
    const wanted = ranges.flatMap(([from, to]) =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index),
    );
    expect(Object.keys(table).map(Number)).toEqual(wanted);
  });

  const known = [pitfalls, failures].flatMap((table) => Object.values(table));
  const seen = known.flatMap((row) => ("seenAs" in row ? [row] : []));
  test.each(seen)("$what: seen", ({ seenAs }) => {
    expect(seenAs.length).toBeGreaterThan(0);
    expect(seenAs.filter((title) => !Object.hasOwn(troubles, title))).toEqual([]);
  });

  const told = known.flatMap((row) => ("notByStatus" in row ? [row] : []));
  test.each(told)("$what: told by its command", ({ notByStatus, told: code }) => {
    expect(notByStatus).toMatch(/\.$/);
    expect(tellers.filter((text) => text.includes(`"${code}"`)).length).toBeGreaterThan(0);
  });
});

test("each code that the chain can tell has a state", () => {
  const told = new Set([...states.values()].map((state) => state.expect.code));
  const chainFiles =
    /link(s)?\.ts$|^(acme-words|served-certificate|deployment|conditions|crds|patience|external-dns-.*)\.ts$/;
  expect(codesOf(chainFiles).filter((code) => !told.has(code))).toEqual([]);
});

/** The error codes that stand in these files of src/checks. */
function codesOf(files: RegExp): string[] {
  const folder = new URL("../../src/checks/", import.meta.url);
  const texts = readdirSync(folder)
    .filter((file) => files.test(file))
    .map((file) => readFileSync(new URL(file, folder), "utf8"));
  const found = texts.flatMap((text) => text.match(/(?<=")GT-[A-Z0-9-]+(?=")/g) ?? []);
  return [...new Set(found)].toSorted();
}
