import { stripVTControlCharacters } from "node:util";
import type { Retry, UserError } from "../../errors.ts";

/** A failure that is known by its words: kubectl's, helm's, the API server's or the proxy's. */
export interface KnownFailure {
  pattern: RegExp;
  explain: (match: RegExpExecArray, text: string, server: string) => UserError;
}

/** Five seconds apart, for as long as `limitMs`. */
export function retryFor(limitMs: number, reason: string, intervalMs = 5000): Retry {
  return { limitMs, intervalMs, reason };
}

const TOKENS = /k8s-aws-v1\.[\w-]+|(bearer\s+)[\w.~+/=-]+/gi;

/** Takes tokens out of a text that was written by another program. */
export function redact(text: string): string {
  return text.replace(TOKENS, (_, prefix: string | undefined) => `${prefix ?? ""}[redacted]`);
}

/** The first line that says something, without `error:` or `Error from server (Reason):`. */
export function firstLine(text: string): string {
  const line = redact(text)
    .split("\n")
    .map((one) => one.trim())
    .find((one) => one !== "" && !/^(warning|I\d{4}|W\d{4})\b/i.test(one));
  return (line ?? "it gave no reason")
    .replace(/^(error from server(?: \([^)]*\))?|error):\s*/i, "")
    .replace(/^error validating "[^"]*": (?:error validating data: )?(?:Get "[^"]*": )?/, "")
    .replace(/; if you choose to ignore these errors.*$/, "")
    .replace(/\.$/, "");
}

/** Policies may have as many lines as they like: so many characters of them are told. */
const MOST_WORDS = 600;

/**
 * All lines that say something, as one of at most 600 characters: for refusals, whose reason may
 * stand below their first line. Without escape codes and other control characters.
 */
export function wordsOf(text: string): string {
  const words = stripVTControlCharacters(text)
    .split(/[\r\n]+/)
    .filter((line) => !/^\s*(?:warning:|[IW]\d{4}\b)/i.test(line))
    .join(" ")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[\p{Control}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, "");
  const clean = redact(words).replace(/[\s.:]+$/, "");
  return clean.length <= MOST_WORDS
    ? clean
    : `${clean.slice(0, MOST_WORDS).replace(/\s\S*$/, "")} [cut]`;
}

/** What a text means, if one of these knows it. */
export function explainWith(
  failures: readonly KnownFailure[],
  text: string,
  server: string,
): UserError | undefined {
  const clean = redact(text);
  for (const { pattern, explain } of failures) {
    const match = pattern.exec(clean);
    if (match !== null) return explain(match, clean, server);
  }
  return undefined;
}

/** `name` and `field` of each field that others own, as server-side apply words it. */
export function parseConflicts(text: string): { manager: string; field: string }[] {
  const conflicts: { manager: string; field: string }[] = [];
  let manager = "";
  for (const line of text.split("\n")) {
    for (const [, name, field] of line.matchAll(
      /conflicts? with "([^"]*)"(?: with subresource "[^"]*")?(?: using [^\s:]+)?:\s*(\.\S+)?/g,
    )) {
      manager = name ?? "";
      if (field !== undefined) conflicts.push({ manager, field: field.replace(/[,;]$/, "") });
    }
    const item = /^\s*-\s+(\.\S+)\s*$/.exec(line)?.[1];
    if (item !== undefined && manager !== "") conflicts.push({ manager, field: item });
  }
  return conflicts;
}
