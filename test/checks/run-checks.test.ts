import { expect, test } from "vitest";
import { failed, ok, type Check, type Verdict } from "../../src/checks/check.ts";
import { decide, ownershipRules } from "../../src/checks/ownership-rules.ts";
import { lookAtParts } from "../../src/checks/parts.ts";
import { findWarnings, runChecks } from "../../src/checks/run-checks.ts";
import { compareVersions } from "../../src/plan/version.ts";
import { buildInput } from "./build-facts.ts";

const check = (
  id: string,
  verdict: Verdict,
  after: string[] = [],
  blames?: string[],
): Check<null> => ({
  id,
  title: `${id} is well`,
  after,
  evaluate: () => verdict,
  ...(blames === undefined ? {} : { blames }),
});
const bad = failed("GT-BAD", "It is bad.", "Mend it.");
const states = (...checks: Check<null>[]) =>
  runChecks(checks, null).checks.map(({ id, state }) => `${id} ${state}`);

test("what depends on a failure is not checked, however far", () => {
  expect(
    states(check("a", bad), check("b", ok(), ["a"]), check("c", bad, ["b"]), check("d", ok())),
  ).toEqual(["a failed", "b not-checked", "c not-checked", "d ok"]);
});

test("a check may come before those it needs", () => {
  expect(states(check("b", ok(), ["a"]), check("a", bad))).toEqual(["b not-checked", "a failed"]);
});

test("a reading that failed for a known reason is not a second finding", () => {
  const unread: Verdict = { state: "failed", code: "GT-BAD", message: "It is bad.", unread: true };
  expect(
    states(
      check("access", bad),
      check("a", unread, [], ["access"]),
      check("b", bad, [], ["access"]),
    ),
  ).toEqual(["access failed", "a not-checked", "b failed"]);
  expect(states(check("access", ok()), check("a", unread, [], ["access"]))).toEqual([
    "access ok",
    "a failed",
  ]);
});

test("warnings block nothing; what could not be seen does", () => {
  const warn: Verdict = { state: "warning", code: "GT-W", message: "W." };
  const unseen: Verdict = { state: "unknown", code: "GT-U", message: "U." };
  const checks = [
    check("w", warn),
    check("a", ok(), ["w"]),
    check("u", unseen),
    check("b", ok(), ["u"]),
  ];
  expect(states(...checks)).toEqual(["w warning", "a ok", "u unknown", "b not-checked"]);
  expect(findWarnings(runChecks(checks, null)).map(({ id }) => id)).toEqual(["w", "u"]);
});

test("a circle and an unknown name are bugs", () => {
  expect(() => states(check("a", ok(), ["b"]), check("b", ok(), ["a"]))).toThrow(/circle/);
  expect(() => states(check("a", ok(), ["nobody"]))).toThrow(/nobody/);
});

test("each part's last rule applies always, and stop has a code and an action", () => {
  const parts = lookAtParts(buildInput());
  const last = new Map(ownershipRules.map((rule) => [rule.part, rule]));
  for (const [part, rule] of last) {
    expect(rule.applies(parts)).toBe(true);
    expect(decide(part, parts).outcome).toMatch(/install|manage/);
  }
  const stops = ownershipRules.filter(({ outcome }) => outcome === "stop");
  expect(stops.filter(({ code, action }) => code === undefined || action === undefined)).toEqual(
    [],
  );
});

test.each([
  ["1.10.0", "1.9.9", 1],
  ["v1.5.1", "1.5.1", 0],
  ["3.19.0-rc.1", "3.19.0", 0],
  ["1.5", "1.5.1", -1],
])("%s against %s", (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
});
