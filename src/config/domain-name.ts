import { domainToASCII, domainToUnicode } from "node:url";

/** RFC 1123, section 2.1, in lower case. */
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** RFC 1035, section 2.3.4, without the dot at the end. */
const NAME_LENGTH = 253;
/** Let's Encrypt takes no name of more (Boulder, policy/pa.go, maxLabels). */
const LABELS = { least: 2, most: 10 };

/** Lower case, and international labels as `xn--`; ASCII is never given to the URL parser. */
export function toAsciiName(text: string): string {
  // oxlint-disable-next-line no-control-regex -- ASCII is what is meant
  return /^[\u0000-\u007f]*$/.test(text) ? text.toLowerCase() : domainToASCII(text.toLowerCase());
}

/** What is wrong with the name, as a clause; `undefined` when nothing is. */
export function findNameProblem(name: string): string | undefined {
  if (name === "") return "is not a name that DNS can hold";
  if (name.startsWith("*.")) return "is a wildcard, which HTTP-01 cannot prove";
  if (name.endsWith(".")) return "ends with a dot";
  if (name.length > NAME_LENGTH) return `is longer than ${NAME_LENGTH} bytes`;
  const labels = name.split(".");
  const wrong = labels.find((label) => !isLabel(label));
  if (wrong !== undefined) return explainLabel(wrong);
  if (/^[0-9]+$/.test(labels.at(-1) ?? "")) return "is an IP address or ends in a number";
  if (labels.length < LABELS.least) return "has no dot: a name like example.com is needed";
  if (labels.length > LABELS.most) return `has more than ${LABELS.most} labels`;
  return undefined;
}

function isLabel(label: string): boolean {
  if (!LABEL.test(label)) return false;
  if (!label.startsWith("--", 2)) return true;
  if (!label.startsWith("xn--")) return false;
  const unicode = domainToUnicode(label);
  return unicode !== "" && unicode !== label && domainToASCII(unicode) === label;
}

function explainLabel(label: string): string {
  if (label === "") return "has an empty label between two dots";
  if (label.startsWith("xn--")) return `has the label ${label}, which is no international name`;
  if (LABEL.test(label)) {
    return `has the label ${label}: hyphens at its third and fourth place are for xn-- only`;
  }
  return `has the label ${JSON.stringify(label)}: allowed are letters, digits and inner hyphens, up to 63`;
}

/** What may have been meant by a URL, a wildcard or a name with a trailing dot. */
export function cleanName(text: string): string | undefined {
  const name = toAsciiName(
    text
      .trim()
      .replace(/^[a-z]+:\/\//i, "")
      .replace(/[/?#].*$/s, "")
      .replace(/:\d*$/, "")
      .replace(/^\*\./, "")
      .replaceAll(/[_\s]+/g, "-")
      .replace(/\.+$/, "")
      .replaceAll(/\.{2,}/g, "."),
  );
  return findNameProblem(name) === undefined ? name : undefined;
}
