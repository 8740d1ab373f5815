import { cleanName, findNameProblem, toAsciiName } from "./domain-name.ts";
import type { ParseContext } from "./parse-context.ts";
import { wrongValue } from "./wrong-value.ts";

/**
 * A host's full name; that it is the domain or below it is checked once both are known. Throws
 * `GT-CONFIG-VALUE`.
 */
export function parseHostname(text: string, { domain }: Pick<ParseContext, "domain"> = {}): string {
  const name = toAsciiName(text);
  const problem = findNameProblem(name);
  if (problem === undefined) return name;
  throw wrongValue(text, problem, findMeant(text, name, domain));
}

function findMeant(text: string, name: string, domain: string | undefined): string | undefined {
  if (text.startsWith("*.")) return `www.${text.slice(2)}`;
  const below = domain === undefined || name.includes(".") ? undefined : `${name}.${domain}`;
  const isDomain = domain !== undefined && findNameProblem(domain) === undefined;
  return isDomain && below !== undefined && findNameProblem(below) === undefined
    ? below
    : cleanName(text);
}

/** Throws `GT-CONFIG-VALUE` unless `hostname` is `domain` or a name below it. */
export function requireBelow(hostname: string, domain: string): void {
  if (hostname === domain || hostname.endsWith(`.${domain}`)) return;
  const first = hostname.split(".")[0] ?? "www";
  throw wrongValue(hostname, `is not ${domain} or a name below it`, `${first}.${domain}`);
}
