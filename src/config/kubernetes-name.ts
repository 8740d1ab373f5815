import { wrongValue } from "./wrong-value.ts";

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const ALLOWED = "allowed are lower-case letters, digits and inner hyphens, up to 63";

/** A DNS-1123 label: the name of a namespace. Throws `GT-CONFIG-VALUE`. */
export function parseNamespace(text: string): string {
  if (LABEL.test(text)) return text;
  throw wrongValue(text, `is no namespace: ${ALLOWED}`, cleanLabel(text));
}

/** Whether it is a DNS-1123 label, as names of Services are. */
export function isLabel(text: string): boolean {
  return LABEL.test(text);
}

/** The nearest label; `undefined` when nothing is left of it. */
export function cleanLabel(text: string): string | undefined {
  const cleaned = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, "");
  return LABEL.test(cleaned) ? cleaned : undefined;
}
