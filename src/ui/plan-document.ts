import type { CommandResult } from "../runner/result.ts";
import { toResultDocument } from "./result-document.ts";

/**
 * The plan of a `--dry-run` as a document for programs, with every manifest, policy document and
 * chart value that is planned: the result document, as JSON or as YAML.
 */
export async function renderPlanDocument(
  result: CommandResult,
  format: "json" | "yaml",
): Promise<string> {
  const document = toResultDocument(result);
  if (format === "json") return `${JSON.stringify(document, undefined, 2)}\n`;
  const { stringify } = await import("yaml");
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}
