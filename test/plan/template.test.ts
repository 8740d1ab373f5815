import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderFile, renderTemplate } from "../../src/plan/template.ts";

describe("renderTemplate", () => {
  it("fills whole scalars with values of any shape", () => {
    const text = "a: ${a}\nb:\n  - ${deep.b}\nc: ${c}\nd: plain\n";
    const values = { a: 80, deep: { b: { x: [1] } }, c: ["y", null] };
    expect(renderTemplate(text, values)).toEqual({
      a: 80,
      b: [{ x: [1] }],
      c: ["y", null],
      d: "plain",
    });
  });

  it("leaves a key out when its value is undefined", () => {
    expect(renderTemplate("a: ${a}\nb: 1\n", { a: undefined })).toEqual({ b: 1 });
  });

  it("reads JSON too", () => {
    expect(renderTemplate('{"a": "${a}"}', { a: { b: 1 } })).toEqual({ a: { b: 1 } });
  });

  it("never reads a value as YAML or as a placeholder", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom("${b}", "a: b", "true", "- x")), (a) => {
        expect(renderTemplate("a: ${a}\nb: ${b}\n", { a, b: "secret" })).toEqual({
          a,
          b: "secret",
        });
      }),
    );
  });

  it("does not share what it was given", () => {
    const list = ["x"];
    const result = renderTemplate("a: ${list}\nb: ${list}\n", { list });
    expect(result["a"]).toEqual(list);
    expect(result["a"]).not.toBe(list);
    expect(result["a"]).not.toBe(result["b"]);
  });

  it.each([
    ["an unknown placeholder", "a: ${b}", { a: 1 }, "no value for the placeholder ${b}"],
    ["an inherited name", "a: ${toString}", {}, "no value for the placeholder ${toString}"],
    ["an unused value", "a: 1", { b: { c: 1 } }, "no placeholder ${b.c}"],
    ["a placeholder in a longer text", "a: x-${b}", { b: 1 }, "is a whole value"],
    ["a placeholder that is not closed", "a: ${b", { b: 1 }, "is a whole value"],
    ["a placeholder as a key", "${b}: 1", { b: "x" }, "cannot be a key"],
    ["broken YAML", "a: [", {}, "broken template"],
    ["an alias", "a: &x 1\nb: *x", {}, "no aliases"],
    ["a list", "- a", {}, "one object"],
    ["nothing", "", {}, "one object"],
  ])("refuses %s", (_, text, values, message) => {
    expect(() => renderTemplate(text, values)).toThrow(message);
  });

  it("takes an object as filled whole or in parts", () => {
    expect(renderTemplate("a: ${o}", { o: { x: 1 } })).toEqual({ a: { x: 1 } });
    expect(() => renderTemplate("a: ${o.x}", { o: { x: 1, y: 2 } })).toThrow("${o.y}");
  });
});

describe("renderFile", () => {
  it("names the file that is missing or broken", () => {
    expect(() => renderFile({}, "x.yaml", {})).toThrow("templates/x.yaml is missing");
    expect(() => renderFile({ "x.yaml": "a: [" }, "x.yaml", {})).toThrow("templates/x.yaml");
  });
});
