import type { RunOptions } from "../config/config.ts";
import type { CommandResult } from "../runner/result.ts";
import type { Output } from "./show.ts";

/** A result in which nothing happened yet. */
export function emptyResult(command: string, result: CommandResult["result"]): CommandResult {
  return {
    command,
    result,
    error: null,
    writes: 0,
    changes: [],
    warnings: [],
    checks: [],
    plan: [],
    steps: [],
    hosts: [],
  };
}

/** The result as the document that `--output` names, on stdout. */
export async function writeDocument(
  { stdout }: Pick<Output, "stdout">,
  { output }: Pick<RunOptions, "output">,
  result: CommandResult,
): Promise<void> {
  const { renderPlanDocument } = await import("../ui/plan-document.ts");
  stdout.write(await renderPlanDocument(result, output === "yaml" ? "yaml" : "json"));
}
