/** Stands where a secret stood. */
export const REMOVED = "(removed)";

/** What the name of a secret ends with, as keys, variables and flags spell it. */
const ENDING =
  "(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|credentials?|[_.-]key|(?:api|access|private|secret|encrypt|encryption|signing|account|shared|aes)key)";
const QUOTE = String.raw`\\?["']`;
const NAME = String.raw`[\w.-]*${ENDING}`;
const SWITCH = String.raw`(?:true|false|null)\s*$`;

/** Whether a value under this name is a secret. */
export const isSecretName = (name: string): boolean => NAMED.test(name);
const NAMED = new RegExp(`${ENDING}$`, "i");

/** What gives access by itself, wherever it stands in a text. */
const ALONE: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // JSON Web Tokens: of ServiceAccounts, of OIDC.
  /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  // EKS's tokens are presigned URLs.
  /k8s-aws-v1\.[\w-]+/g,
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g,
  /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|xox[abpr]-[\w-]{10,})/g,
];

/** What tells that a secret follows, and the secret. A lookbehind would take long over long texts. */
const BEHIND: readonly RegExp[] = [
  /(X-Amz-(?:Signature|Security-Token|Credential)=)[^&\s"']+/gi,
  /(\bBearer[ \t]+)[\w.~+/-]+=*/gi,
  /(\bBasic[ \t]+)[\w+/]{8,}=*/g,
  /(:\/\/[^/\s:@]+:)[^/\s:@]+(?=@)/g,
  /(\/\.well-known\/acme-challenge\/)[\w-]{6,}/g,
  // Flags: ExternalDNS's key for its TXT records, the answer of a challenge's solver.
  /(--(?:[\w-]*-)?key[= ])(?!\(removed\)|--)[^\s"']+/gi,
  new RegExp(`(--${NAME}[= ])(?!--)[^\\s"']+`, "gi"),
];

/** A block of YAML under the name of a secret: `password: |`. */
const BLOCK = new RegExp(
  String.raw`^([ \t]*)((?:- )*(?:${QUOTE})?${NAME}(?:${QUOTE})?[ \t]*:[ \t]*[|>][-+\d]*[ \t]*)\n(?:\1[ \t]+.*(?:\n|$)|[ \t]*\n)+`,
  "gim",
);
/** A whole line of YAML: a plain value may have spaces. */
const LINE = new RegExp(
  String.raw`^([ \t]*(?:- )*(?:["'])?${NAME}(?:["'])?[ \t]*:[ \t]+)(?!["'|>{[&*!]|${SWITCH})\S.*$`,
  "gim",
);
/** `aws_secret_access_key = ...`, `"token":"..."`: to the end of what is quoted, or of the word. */
const ASSIGNED = new RegExp(
  String.raw`((?<![\w.-])${NAME}(?:${QUOTE})?[ \t]*[=:][ \t]*)(?!${SWITCH})(?:(\\")(?:(?!\\").)*\\"|(")(?:[^"\\\n]|\\.)*"|(')[^'\n]*'|[^\s"'\\{[|>]\S*?(?=["'\s]|$))`,
  "gim",
);

/** The same text without keys, tokens and passwords. */
export function redactText(text: string): string {
  const alone = ALONE.reduce((done, pattern) => done.replaceAll(pattern, REMOVED), text);
  return BEHIND.reduce((done, pattern) => done.replaceAll(pattern, `$1${REMOVED}`), alone)
    .replaceAll(BLOCK, `$1$2\n$1  ${REMOVED}\n`)
    .replaceAll(LINE, `$1${REMOVED}`)
    .replaceAll(ASSIGNED, `$1$2$3$4${REMOVED}$2$3$4`);
}
