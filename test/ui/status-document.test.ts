import fc from "fast-check";
import { expect, test } from "vitest";
import { divideText } from "../../src/ui/status-document.ts";

const PART = 65_536;

test("a long text comes in parts that are the text again", () => {
  const text = `${"0123456789".repeat(20_000)}end\n`;
  const parts = [...divideText(text)];
  expect(parts.map(({ length }) => length)).toEqual([PART, PART, PART, text.length - 3 * PART]);
  expect(parts.join("")).toBe(text);
});

test("no character is cut in two", () => {
  fc.assert(
    fc.property(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 1, max: 4 }), (shift, count) => {
      const text = `${"x".repeat(PART + shift)}${"\u{1F512}".repeat(count)}${"y".repeat(PART)}`;
      const bytes = [...divideText(text)].map((part) => Buffer.from(part));
      expect(Buffer.concat(bytes).toString()).toBe(text);
    }),
  );
});

test("a short text is one part, and no text is none", () => {
  expect([...divideText("{}\n")]).toEqual(["{}\n"]);
  expect([...divideText("")]).toEqual([]);
});
