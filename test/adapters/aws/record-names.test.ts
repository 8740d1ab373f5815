import fc from "fast-check";
import { expect, test } from "vitest";
import { parseRecordName } from "../../../src/adapters/aws/record-names.ts";
import { wireName } from "../../support/aws-endpoint/route-53-records.ts";

test.each([
  [String.raw`\052.Example.COM.`, "*.example.com"],
  [String.raw`a\100b.example.com.`, "a@b.example.com"],
  [String.raw`a\056b.example.com.`, String.raw`a\056b.example.com`],
  [String.raw`a\134b.example.com.`, String.raw`a\134b.example.com`],
  [String.raw`a\040b.example.com.`, String.raw`a\040b.example.com`],
  ["_acme.example.com", "_acme.example.com"],
])("%s is %s", (wire, name) => {
  expect(parseRecordName(wire)).toBe(name);
});

test("every printable name survives the way to Route 53 and back", () => {
  const label = fc.stringMatching(/^[!-,/-[\]-~-]{1,20}$/).map((text) => text.toLowerCase());
  fc.assert(
    fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), (labels) => {
      const name = labels.join(".");
      expect(parseRecordName(wireName(name))).toBe(name);
      expect(parseRecordName(parseRecordName(wireName(name)))).toBe(name);
    }),
  );
});
