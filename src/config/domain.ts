import { findNearest } from "../nearest.ts";
import { cleanName, findNameProblem, toAsciiName } from "./domain-name.ts";
import type { ParseContext } from "./parse-context.ts";
import { wrongValue } from "./wrong-value.ts";

const COMMON_SUFFIXES = ["com", "net", "org", "io", "dev", "app", "cloud", "de", "eu", "co.uk"];

/**
 * A domain under a public suffix: lower case, international labels as `xn--`. Throws
 * `GT-CONFIG-VALUE`.
 */
export async function parseDomain(
  text: string,
  { anySuffix }: Pick<ParseContext, "anySuffix">,
): Promise<string> {
  const name = toAsciiName(text);
  const problem = findNameProblem(name);
  if (problem !== undefined) throw wrongValue(text, problem, cleanName(text));
  const { parse } = await import("tldts");
  const { domain, publicSuffix, isIcann } = parse(name);
  const known = isIcann === true;
  if (known && domain === null) {
    throw wrongValue(text, "is a public suffix itself, and nobody's domain");
  }
  if (known || anySuffix) return name;
  const suffix = publicSuffix ?? name.split(".").at(-1) ?? name;
  throw wrongValue(text, `is under .${suffix}, which is no public suffix`, nearest(name, suffix));
}

function nearest(name: string, suffix: string): string | undefined {
  if (suffix.length > 6) return undefined;
  const meant = findNearest(suffix, COMMON_SUFFIXES);
  return meant === undefined ? undefined : `${name.slice(0, -suffix.length)}${meant}`;
}
