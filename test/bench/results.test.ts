import { describe, expect, test } from "vitest";
import { atMost, formatTable, replaceSection } from "../../bench/results.ts";
import { formatMs, formatRatio, median } from "../../bench/statistics.ts";

describe("a section of the results", () => {
  const text = "# Measured\n\n## One\n\nold\n\n## Two\n\nstays\n";

  test("takes the place of its last one, between the others", () => {
    expect(replaceSection(text, "One", "## One\n\nnew")).toBe(
      "# Measured\n\n## One\n\nnew\n\n## Two\n\nstays\n",
    );
    expect(replaceSection(text, "Two", "## Two\n\nnew")).toBe(
      "# Measured\n\n## One\n\nold\n\n## Two\n\nnew\n",
    );
  });

  test("comes at the end when it is new", () => {
    expect(replaceSection(text, "Three", "## Three\n\nnew")).toBe(`${text}\n## Three\n\nnew\n`);
  });
});

test.each([
  { value: 0.79, kept: true },
  { value: 0.8, kept: true },
  { value: 0.81, kept: false },
  { value: Number.NaN, kept: false },
])("a limit of 0.8 and $value: kept $kept", ({ value, kept }) => {
  expect(atMost("it", value, 0.8, formatRatio)).toMatchObject({ kept, limit: "0.80 x" });
});

test("a table has a line below its head", () => {
  expect(formatTable(["What", "Time"], [["it", formatMs(12.4)]])).toBe(
    "| What | Time |\n| --- | --- |\n| it | 12 ms |",
  );
});

test.each([
  { numbers: [3, 1, 2], middle: 2 },
  { numbers: [4, 1, 3, 2], middle: 3 },
  { numbers: [], middle: Number.NaN },
])("the median of $numbers is $middle", ({ numbers, middle }) => {
  expect(median(numbers)).toBe(middle);
});
