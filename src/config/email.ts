import { UsageError } from "../errors.ts";
import { parseDomain } from "./domain.ts";
import type { ParseContext } from "./parse-context.ts";
import { wrongValue } from "./wrong-value.ts";

/** Let's Encrypt refuses contacts at these ("forbidden domain"). */
const FORBIDDEN = ["example.com", "example.net", "example.org"];
/** A dot-atom: RFC 5322, section 3.2.3. */
const LOCAL_PART = /^[A-Za-z0-9!$%&'*+/=^_`{|}~-]+(\.[A-Za-z0-9!$%&'*+/=^_`{|}~-]+)*$/;
/** RFC 5321, section 4.5.3.1. */
const LENGTH = { local: 64, whole: 254 };

/**
 * The one address for the CA's notices; ASCII before the `@`, a domain behind it. Throws
 * `GT-CONFIG-VALUE`.
 */
export async function parseEmail(
  text: string,
  { anySuffix, letsEncrypt }: Pick<ParseContext, "anySuffix" | "letsEncrypt">,
): Promise<string> {
  if (/[\s,;<>?#]/.test(text)) {
    throw wrongValue(text, "is not one bare address such as ops@example.com", bareAddress(text));
  }
  const [local = "", domainText, ...rest] = text.split("@");
  if (domainText === undefined || rest.length > 0) {
    throw wrongValue(text, "is no address: one @ is needed, as in ops@example.com");
  }
  if (!LOCAL_PART.test(local) || local.length > LENGTH.local || text.length > LENGTH.whole) {
    throw wrongValue(text, "has a part before the @ that is empty, too long, or not plain ASCII");
  }
  const domain = await parseDomain(domainText, { anySuffix }).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    throw wrongValue(text, `has a wrong domain behind the @: ${error.message.replace(/\.$/, "")}`);
  });
  if (letsEncrypt && isForbidden(domain)) {
    throw wrongValue(text, `is at ${domain}, which Let's Encrypt refuses: give a real address`);
  }
  return `${local}@${domain}`;
}

function isForbidden(domain: string): boolean {
  return FORBIDDEN.some((name) => domain === name || domain.endsWith(`.${name}`));
}

function bareAddress(text: string): string | undefined {
  return /[A-Za-z0-9.+_-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+/.exec(text)?.[0];
}
