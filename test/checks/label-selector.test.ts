import { describe, expect, test } from "vitest";
import { findMatchingLabels, matchesSelector } from "../../src/checks/label-selector.ts";

const labels = { team: "web", "example.com/tier": "front" };

describe("selectors as Kubernetes reads them", () => {
  test.each([
    ["", true],
    ["team=web", true],
    ["team==web", true],
    ["team = web", true],
    ["team=api", false],
    ["team!=api", true],
    ["team!=web", false],
    ["owner!=web", true],
    ["team in (web,api)", true],
    ["team in (api, app)", false],
    ["team notin (web)", false],
    ["owner notin (web)", true],
    ["team", true],
    ["owner", false],
    ["!owner", true],
    ["!team", false],
    ["team in (web,api),example.com/tier=front", true],
    ["team in (web,api),example.com/tier=back", false],
  ])("%s: %s", (selector, expected) => {
    expect(matchesSelector(labels, selector)).toBe(expected);
  });

  test.each(["team in web", "team in (web", "team>1", "a b"])("%s is none", (selector) => {
    expect(matchesSelector(labels, selector)).toBeUndefined();
  });
});

test.each([
  ["team=web,tier==front", ["team=web", "tier=front"]],
  ["team in (web)", ["team=web"]],
  ["team in (web,api)", undefined],
  ["team!=web", undefined],
  ["team", undefined],
])("the labels that would match %s", (selector, expected) => {
  expect(findMatchingLabels(selector)).toEqual(expected);
});
