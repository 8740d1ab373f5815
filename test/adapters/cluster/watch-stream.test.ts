import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readWatch } from "../../../src/adapters/cluster/watch-stream.ts";
import { WatchedSet } from "../../../src/adapters/cluster/watched-set.ts";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";

const object = (name: string, resourceVersion: string, note = ""): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, uid: name, resourceVersion },
  data: { note },
});

async function readAll(chunks: Buffer[]) {
  const events = [];
  for await (const some of readWatch(Readable.from(chunks))) events.push(...some);
  return events;
}

describe("the stream of a watch", () => {
  it("is read whole wherever it is cut, inside a character too", async () => {
    const notes = ["", "plain", "zwölf 漢字 \u2028 \\n", "🚪"];
    const lines = notes.map((note, index) =>
      JSON.stringify({ type: "ADDED", object: object(`o${index}`, String(index), note) }),
    );
    const bytes = Buffer.from(`${lines.join("\n")}\n`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        const events = await readAll(chunks);
        expect(events).toEqual(lines.map((line) => JSON.parse(line) as unknown));
      }),
      { numRuns: 60 },
    );
  });

  it("keeps bookmarks and errors apart from changes", async () => {
    const bookmark = { type: "BOOKMARK", object: { metadata: { resourceVersion: "9" } } };
    const gone = { type: "ERROR", object: { kind: "Status", code: 410 } };
    const text = [bookmark, gone].map((event) => `${JSON.stringify(event)}\n`).join("");
    expect(await readAll([Buffer.from(text)])).toEqual([
      { type: "BOOKMARK", resourceVersion: "9" },
      { type: "ERROR" },
    ]);
  });
});

describe("a watched set", () => {
  it("follows any changes to what a list would show", () => {
    const change = fc.record({
      type: fc.constantFrom("ADDED" as const, "MODIFIED" as const, "DELETED" as const),
      name: fc.constantFrom("a", "b", "c"),
    });
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const set = new WatchedSet();
        const model = new Map<string, string>();
        set.replace([], "0");
        changes.forEach(({ type, name }, index) => {
          const version = String(index + 1);
          set.apply([{ type, object: object(name, version) }]);
          if (type === "DELETED") model.delete(name);
          else model.set(name, version);
        });
        const seen = new Map(
          set.objects().map(({ metadata }) => [metadata.name, metadata.resourceVersion]),
        );
        expect(seen).toEqual(model);
        expect(set.resourceVersion).toBe(String(changes.length));
      }),
    );
  });

  it("says whether there is something new to see", () => {
    const set = new WatchedSet();
    expect(set.replace([], "1")).toBe(true);
    expect(set.replace([], "2")).toBe(false);
    expect(set.apply([{ type: "ADDED", object: object("a", "3") }])).toBe(true);
    expect(set.apply([{ type: "MODIFIED", object: object("a", "3") }])).toBe(false);
    expect(set.apply([{ type: "BOOKMARK", resourceVersion: "7" }])).toBe(false);
    expect(set.resourceVersion).toBe("7");
    expect(set.replace([object("a", "3")], "8")).toBe(false);
    expect(set.apply([{ type: "ERROR" }])).toBe(false);
    expect(set.resourceVersion).toBe("");
  });
});
