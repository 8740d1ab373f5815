const REMOVED = "(removed)";

/** What gives access by itself, wherever it stands in a text. */
const PATTERNS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // JSON Web Tokens: of ServiceAccounts, of OIDC.
  /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  // EKS's tokens are presigned URLs.
  /k8s-aws-v1\.[\w-]+/g,
  /(?<=X-Amz-(?:Signature|Security-Token|Credential)=)[^&\s"']+/gi,
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g,
  /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|xox[abpr]-[\w-]{10,})/g,
  /(?<=\bBearer\s+)[\w.~+/-]+=*/gi,
  /(?<=\bBasic\s+)[\w+/]{8,}=*/g,
  /(?<=:\/\/[^/\s:@]+:)[^/\s:@]+(?=@)/g,
  /(?<=\/\.well-known\/acme-challenge\/)[\w-]{6,}/g,
  // Flags: ExternalDNS's key for its TXT records, the answer of a challenge's solver.
  /(?<=--(?:[\w-]*-)?key=)(?!\(removed\))[^\s"',;&}]{6,}/gi,
  // A name that ends like one of a secret, and its value: `aws_secret_access_key = ...`.
  /(?<=\b[\w-]*(?:password|passwd|secret|token|api[_-]?key|access[_-]?key)["']?\s*[=:]\s*["']?)(?!\(removed\))[^\s"',;&}]{6,}/gi,
];

/** The same text without keys, tokens and passwords. */
export function redactText(text: string): string {
  return PATTERNS.reduce((clean, pattern) => clean.replaceAll(pattern, REMOVED), text);
}

const SENSITIVE_NAME =
  /secret|token|password|passwd|credential|api[_-]?key|access[_-]?key|private/i;
const NOISE = ["managedFields"];
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * An object as it may be shown to others: a Secret keeps the names of its keys only, a Challenge
 * loses its token, and environment variables with telling names lose their values. Managed fields
 * and kubectl's copy of the object go too.
 */
export function redactObject(object: Record<string, unknown>): Record<string, unknown> {
  const { kind } = object;
  return redactFields(object, (path, key, value) => {
    if (NOISE.includes(key) || key === LAST_APPLIED) return undefined;
    if (kind === "Secret" && (path === "data" || path === "stringData")) return REMOVED;
    if (kind === "Challenge" && path === "spec" && (key === "token" || key === "key"))
      return REMOVED;
    return value;
  });
}

type Rule = (path: string, key: string, value: unknown) => unknown;

function redactFields(
  fields: Record<string, unknown>,
  rule: Rule,
  path = "",
): Record<string, unknown> {
  const isNamedValue =
    typeof fields["name"] === "string" && SENSITIVE_NAME.test(fields["name"]) && "value" in fields;
  const entries = Object.entries(fields).flatMap(([key, value]): [string, unknown][] => {
    const ruled = isNamedValue && key === "value" ? REMOVED : rule(path, key, value);
    if (ruled === undefined) return [];
    return [[key, redactValue(ruled, rule, path === "" ? key : `${path}.${key}`)]];
  });
  return Object.fromEntries(entries);
}

function redactValue(value: unknown, rule: Rule, path: string): unknown {
  if (typeof value === "string") return redactText(value);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, rule, path));
  return isFields(value) ? redactFields(value, rule, path) : value;
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
