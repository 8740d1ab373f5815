import type { ErrorCode } from "../errors.ts";

/** What a CA's or cert-manager's words mean, and the one thing to do. */
export interface AcmeCause {
  code: ErrorCode;
  hint: string;
}

/** Whose installation it is, and what starts a new attempt there: a command. */
export interface Attempting {
  kept: boolean;
  again: string;
  /** ISO 8601. */
  now: string;
  /** It is production's, and no production certificate is there that staging would take away. */
  mayUseStaging: boolean;
}

interface Words {
  pattern: RegExp;
  code: ErrorCode;
  hint: (attempting: Attempting, words: string) => string;
}

const then = ({ again }: Attempting) => `then start a new attempt: ${again}`;

/** What CAs say, most telling first (Boulder; RFC 8555, section 6.7). */
const CA_WORDS: readonly Words[] = [
  {
    pattern: /rateLimited|too many (certificates|failed authorizations|new orders|registrations)/i,
    code: "GT-ACME-RATE-LIMITED",
    hint: adviseOnLimit,
  },
  {
    pattern: /CAA record|error:caa/,
    code: "GT-CAA-FORBIDS",
    hint: (who) => `Add the CAA record 0 issue "letsencrypt.org" to the domain, ${then(who)}`,
  },
  {
    pattern: /During secondary validation/,
    code: "GT-ACME-SECONDARY",
    hint: (who) =>
      `Let port 80 answer every country: the CA asks from several places. Look for geo-blocking in firewalls and WAFs, ${then(who)}`,
  },
  {
    pattern:
      /Timeout during connect|Connection refused|Error getting validation data|error:connection/,
    code: "GT-ACME-UNREACHABLE",
    hint: (who) =>
      `Open port 80 of the load balancer to the internet (scheme, security groups), ${then(who)}`,
  },
  {
    pattern: /SERVFAIL/,
    code: "GT-ZONE-DNSSEC",
    hint: (who) => `Remove a wrong DS record at the registrar, ${then(who)}`,
  },
  {
    pattern: /DNS problem|NXDOMAIN|error:dns/,
    code: "GT-ACME-DNS",
    hint: (who) => `Compare the NS records at the registrar with the hosted zone's, ${then(who)}`,
  },
  {
    pattern: /rejectedIdentifier|forbidden by policy/,
    code: "GT-ACME-FORBIDDEN",
    hint: () =>
      "The CA never issues for this name: use another domain or another CA (--acme-server).",
  },
  {
    pattern: /invalid domain|forbidden domain|invalidContact|invalidEmail/,
    code: "GT-ACME-EMAIL",
    hint: ({ kept }) =>
      kept
        ? "gateway-tls init --email you@your.domain"
        : "Set another spec.acme.email on the issuer.",
  },
  {
    pattern: /externalAccountRequired/,
    code: "GT-ACME-EXTERNAL-ACCOUNT",
    hint: () =>
      "This CA wants an account that was made beforehand (external account binding): use another --acme-server.",
  },
  {
    pattern: /Invalid response from|error:unauthorized/,
    code: "GT-ACME-WRONG-ANSWER",
    hint: (who) =>
      `See what the path answers: curl -i http://HOST/.well-known/acme-challenge/, mend it, ${then(who)}`,
  },
  {
    pattern: /x509: certificate signed by unknown authority/,
    code: "GT-ACME-CA-UNTRUSTED",
    hint: ({ kept }) =>
      `Name the root of the ACME directory's own certificate: ${kept ? "gateway-tls init --acme-ca-bundle FILE" : "spec.acme.caBundle of the issuer"}`,
  },
  {
    pattern: /no such host|dial tcp|context deadline exceeded|i\/o timeout/,
    code: "GT-ACME-DIRECTORY",
    hint: () =>
      "Let cert-manager's pods reach the ACME directory (egress, NAT gateway, network policies).",
  },
];

/** The cause that the words name; `GT-ACME-FAILED` where none is known. */
export function explainAcmeWords(words: string, attempting: Attempting): AcmeCause {
  const known = CA_WORDS.find(({ pattern }) => pattern.test(words));
  if (known !== undefined) return { code: known.code, hint: known.hint(attempting, words) };
  return { code: "GT-ACME-FAILED", hint: `Mend what it names, ${then(attempting)}` };
}

/** `retry after 2026-11-25 12:00:00 UTC` as ISO 8601, where a CA named a date. */
function findRetryDate(words: string): string | undefined {
  const found = /retry after (\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d) ?(?:UTC|Z|\+0000)/i.exec(words);
  const [, day, time] = found ?? [];
  return day === undefined || time === undefined ? undefined : `${day}T${time}Z`;
}

/** A limit's date: before it the CA refuses every attempt, after it cert-manager may wait for hours. */
function adviseOnLimit({ now, again, mayUseStaging }: Attempting, words: string): string {
  const until = findRetryDate(words);
  if (until !== undefined && Date.parse(until) <= Date.parse(now)) {
    return `That was until ${until}. Start a new attempt: ${again}`;
  }
  const first =
    until === undefined ? "Do not try again before the date it names" : `Not before ${until}`;
  return mayUseStaging
    ? `${first}; to try things out meanwhile: gateway-tls promote --to staging`
    : `${first}: until then the CA refuses every attempt.`;
}
