import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  countOf,
  cutEnd,
  cutMiddle,
  formatElapsed,
  formatExpiry,
  toOneLine,
  widthOf,
  wrapWords,
} from "../../src/ui/text.ts";

const anyText = fc.string({ unit: "grapheme", maxLength: 200 });

describe("widths", () => {
  it.each([
    ["abc", 3],
    ["…", 1],
    ["✓", 1],
    ["漢字", 4],
    ["e\u0301", 1],
    ["🚀", 2],
  ])("of %s is %i cells", (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  it("never cuts or wraps wider than asked", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 4, max: 120 }), (raw, width) => {
        const text = toOneLine(raw);
        expect(widthOf(cutEnd(text, width, "…"))).toBeLessThanOrEqual(width);
        expect(widthOf(cutMiddle(text, width, "..."))).toBeLessThanOrEqual(width);
        for (const line of wrapWords(raw, width)) expect(widthOf(line)).toBeLessThanOrEqual(width);
      }),
    );
  });

  it("wraps without losing anything but spaces", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 4, max: 60 }), (raw, width) => {
        const squeezed = (text: string) => text.replaceAll(/\s/g, "");
        expect(squeezed(wrapWords(raw, width).join(""))).toBe(squeezed(toOneLine(raw)));
      }),
    );
  });
});

describe("cutting", () => {
  it("keeps both ends of a name", () => {
    expect(cutMiddle("k8s-gateway-0123456789abcdef.elb.eu-central-1.amazonaws.com", 32, "…")).toBe(
      "k8s-gateway-0123…1.amazonaws.com",
    );
  });

  it("breaks a name only where no line has room for it", () => {
    const name = "arn:aws:sts::111122223333:assumed-role/platform-admin/ops";
    expect(wrapWords(`as ${name} now`, 44, 60)).toEqual(["as", name, "now"]);
    expect(wrapWords(name, 44)).toEqual([name.slice(0, 44), name.slice(44)]);
  });
});

describe("text from elsewhere", () => {
  it.each([
    ["one\n  two\tthree", "one two three"],
    ["\u001B[31mred\u001B[0m", "red"],
    ["\u001B]0;title\u0007rest", "rest"],
    ["\u001B[2J\u001B[Hcleared", "cleared"],
    ["bell\u0007\u0000 and \u202Ereversed", "bell and reversed"],
  ])("%j becomes one printable line", (text, line) => {
    expect(toOneLine(text)).toBe(line);
  });
});

describe("times", () => {
  it.each([
    [0, "0:00"],
    [64_900, "1:04"],
    [600_000, "10:00"],
    [3_725_000, "1:02:05"],
    [-5, "0:00"],
  ])("%i ms is shown as %s", (ms, text) => {
    expect(formatElapsed(ms)).toBe(text);
  });

  it.each([
    ["2027-02-21T10:00:00Z", "2027-02-21 (in 89 days)"],
    ["2026-11-25T10:00:00Z", "2026-11-25 (in 1 day)"],
    ["2026-11-24T11:00:00Z", "2026-11-24 (in less than a day)"],
    ["2026-11-24T09:00:00Z", "2026-11-24 (expired)"],
    ["soon", "soon"],
  ])("%s is shown as %s", (notAfter, text) => {
    expect(formatExpiry(notAfter, new Date("2026-11-24T10:00:00Z"))).toBe(text);
  });

  it("counts in the singular and the plural", () => {
    expect([countOf(1, "write"), countOf(2, "write")]).toEqual(["1 write", "2 writes"]);
  });
});
