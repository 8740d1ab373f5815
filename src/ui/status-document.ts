import type { StatusDocument } from "./status.ts";

/** The document of `--output json` and `--output yaml`; schemas/status.schema.json describes it. */
export async function renderDocument(
  document: StatusDocument,
  format: "json" | "yaml",
): Promise<string> {
  if (format === "json") return `${JSON.stringify(document, undefined, 2)}\n`;
  const { stringify } = await import("yaml");
  return stringify(document);
}
