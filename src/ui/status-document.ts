/**
 * The document of `--output json` and `--output yaml`, as schemas/status.schema.json describes it,
 * in parts for one write each: that of a thousand hosts has ten megabytes, and is never whole.
 */
export async function* renderDocument(
  document: object,
  format: "json" | "yaml",
): AsyncGenerator<string> {
  if (format === "json") {
    yield* divideJson(document);
    return;
  }
  const { stringify } = await import("yaml");
  yield stringify(document);
}

/** What `JSON.stringify(document, undefined, 2)` gives, a part for each field and each list's entry. */
function* divideJson(document: object): Generator<string> {
  let lead = "{";
  for (const [name, value] of Object.entries(document)) {
    if (value === undefined) continue;
    yield `${lead}\n  ${JSON.stringify(name)}: `;
    yield* Array.isArray(value) && value.length > 0 ? divideList(value) : [indent(value, 2)];
    lead = ",";
  }
  yield lead === "{" ? "{}\n" : "\n}\n";
}

function* divideList(entries: readonly unknown[]): Generator<string> {
  let lead = "[";
  for (const entry of entries) {
    yield `${lead}\n    ${indent(entry, 4)}`;
    lead = ",";
  }
  yield "\n  ]";
}

const indent = (value: unknown, depth: number): string =>
  JSON.stringify(value, undefined, 2).replaceAll("\n", `\n${" ".repeat(depth)}`);
