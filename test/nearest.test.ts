import fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance, findNearest, listNames } from "../src/nearest.ts";

test("nearest names", () => {
  expect(findNearest("stagin", ["demo", "staging"])).toBe("staging");
  expect(findNearest("prod", ["prod-eu-west", "demo"])).toBe("prod-eu-west");
  expect(findNearest("xyz", ["demo"])).toBeUndefined();
  expect(findNearest("isra", ["auto", "irsa"])).toBe("irsa");
  expect(findNearest("nlb", ["auto", "lbc", "auto-mode", "in-tree"])).toBeUndefined();
  expect(findNearest("a", ["b", "c"])).toBeUndefined();
  expect(findNearest("foo.example.com", ["www.example.com"])).toBeUndefined();
  expect(findNearest("apx.example.com", ["www.example.com", "api.example.com"])).toBe(
    "api.example.com",
  );
  expect(listNames([])).toBe("none");
  expect(listNames(["a", "b", "c"])).toBe("a, b and c");
  expect(listNames(["a", "b", "c"], 2)).toBe("a, b and 1 more");
});

test("edit distance is a metric", () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(word, word, word, (a, b, c) => {
      expect(editDistance(a, a)).toBe(0);
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
    }),
  );
});
