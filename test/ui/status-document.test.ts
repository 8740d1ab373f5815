import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { renderDocument } from "../../src/ui/status-document.ts";

async function collect(document: object, format: "json" | "yaml"): Promise<string[]> {
  const parts: string[] = [];
  for await (const part of renderDocument(document, format)) parts.push(part);
  return parts;
}

test("the parts of a JSON document are the document", async () => {
  const documents = fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())));
  await fc.assert(
    fc.asyncProperty(documents, async (document) => {
      const text = (await collect(document, "json")).join("");
      expect(text).toBe(`${JSON.stringify(document, undefined, 2)}\n`);
    }),
  );
});

test("no part has more than one host", async () => {
  const hosts = ["a.example.com", "b.example.com", "c.example.com"].map((host) => ({ host }));
  const parts = await collect({ schemaVersion: 1, hosts }, "json");
  const counts = parts.map((part) => part.split("example.com").length - 1);
  expect(Math.max(...counts)).toBe(1);
});

test("as YAML it is the same", async () => {
  const document = { schemaVersion: 1, hosts: [{ host: "a.example.com", chain: [] }] };
  expect(parse((await collect(document, "yaml")).join(""))).toEqual(document);
});
