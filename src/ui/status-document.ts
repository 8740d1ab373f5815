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

/** A few pages of memory: a pipe takes as much at once. */
const PART_LENGTH = 65_536;

/**
 * A long text in parts, for one write each: the document of a thousand hosts has ten megabytes, and
 * written at once it is there several times over. No character is cut in two.
 */
export function* divideText(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const end = start + PART_LENGTH;
    const cut = isHighSurrogate(text.charCodeAt(end - 1)) ? end + 1 : end;
    yield text.slice(start, cut);
    start = cut;
  }
}

/** The first half of a character that JavaScript keeps as two (Unicode 3.8, D71). */
const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
