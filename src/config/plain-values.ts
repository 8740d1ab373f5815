import { findNearest, listNames } from "../nearest.ts";
import { refuseUnprintable, wrongValue } from "./wrong-value.ts";

/** A parser for one of a few words. Throws `GT-CONFIG-VALUE`. */
export function parseOneOf<const T extends string>(allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const found = allowed.find((word) => word === text);
    if (found !== undefined) return found;
    throw wrongValue(text, `is not one of ${listNames(allowed)}`, findNearest(text, allowed));
  };
}

/** `true`/`false`, also as `1`/`0`, `yes`/`no`, `on`/`off`. Throws `GT-CONFIG-VALUE`. */
export function parseSwitch(text: string): boolean {
  const word = text.toLowerCase();
  if (["true", "1", "yes", "on"].includes(word)) return true;
  if (["false", "0", "no", "off"].includes(word)) return false;
  throw wrongValue(text, "is not true or false");
}

/** A whole number from 1 on. Throws `GT-CONFIG-VALUE`. */
export function parseCount(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw wrongValue(text, "is no whole number from 1 to 9999999");
}

const LONGEST_SECONDS = 86_400;

/** Whole seconds, up to a day. Throws `GT-CONFIG-VALUE`. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (/^\d+$/.test(text) && seconds >= 1 && seconds <= LONGEST_SECONDS) return seconds;
  const meant = /^(\d{1,4})([smh])$/.exec(text);
  const factor = { s: 1, m: 60, h: 3600 }[meant?.[2] ?? ""] ?? 0;
  const near = Number(meant?.[1]) * factor;
  throw wrongValue(
    text,
    `is no number of seconds from 1 to ${LONGEST_SECONDS}`,
    near >= 1 && near <= LONGEST_SECONDS ? String(near) : undefined,
  );
}

/**
 * A path prefix of HTTPRoute: `/`, or `/a/b` of plain URL characters, up to 1024 (Gateway API,
 * HTTPPathMatch). Throws `GT-CONFIG-VALUE`.
 */
export function parsePath(text: string): string {
  const allowed = /^\/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*$/.test(text) && text.length <= 1024;
  if (allowed && !text.includes("//") && !/(^|\/)\.\.?(\/|$)/.test(text)) return text;
  const near = `/${text.replaceAll(/^\/+/g, "")}`.replaceAll(/\/{2,}/g, "/");
  throw wrongValue(
    text,
    "is no path: it begins with /, without //, spaces, ? or #",
    /^[\w/-]+$/.test(near) && near !== text ? near : undefined,
  );
}

/**
 * A word without control characters, for what only another program can judge. Throws
 * `GT-CONFIG-VALUE`.
 */
export function parseWord(text: string): string {
  refuseUnprintable(text);
  if (text.trim() !== "") return text;
  throw wrongValue(text, "is empty");
}
