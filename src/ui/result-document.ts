import type { CommandResult } from "../runner/result.ts";

/** What `--output json` prints: schemas/result.schema.json describes it. */
export interface ResultDocument extends CommandResult {
  schemaVersion: 1;
}

/** The document of one run; only keys that the schema names. */
export function toResultDocument(result: CommandResult): ResultDocument {
  const {
    command,
    result: outcome,
    error,
    writes,
    changes,
    warnings,
    checks,
    plan,
    steps,
    hosts,
  } = result;
  return {
    schemaVersion: 1,
    command,
    result: outcome,
    error,
    writes,
    changes,
    warnings,
    checks,
    plan,
    steps,
    hosts,
  };
}
