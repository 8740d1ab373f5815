import { UsageError } from "../errors.ts";

/**
 * `GT-CONFIG-VALUE`: one line that names the value, what is allowed, and the nearest right value if
 * there is one.
 */
export function wrongValue(text: string, allowed: string, nearest?: string): UsageError {
  const shown = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  const hint = nearest === undefined || nearest === text ? "" : ` Did you mean ${nearest}?`;
  return new UsageError("GT-CONFIG-VALUE", `${JSON.stringify(shown)} ${allowed}.${hint}`);
}

/** Throws `GT-CONFIG-VALUE` for what a child process could take for a flag, and control characters. */
export function refuseUnprintable(text: string): void {
  if (text.startsWith("-")) throw wrongValue(text, "begins with a hyphen");
  // oxlint-disable-next-line no-control-regex -- these are the characters to refuse
  if (/[\u0000-\u001f\u007f]/.test(text)) throw wrongValue(text, "has control characters");
}
