import type { ErrorCode } from "../errors.ts";
import { findCondition, isCurrent } from "../facts/condition.ts";
import type { Certificate, CertificateRequest, Challenge, Order } from "../facts/objects.ts";

/** Everything cert-manager has about one host's certificate; the newest of each. */
export interface Issuance {
  hostname: string;
  issuer: string;
  certificate: Certificate | undefined;
  requests: readonly CertificateRequest[];
  orders: readonly Order[];
  challenges: readonly Challenge[];
  now: Date;
}

/** Where a certificate stands; `reason` is a clause, `message` a sentence. */
export type IssuanceVerdict =
  | { state: "ready" }
  | { state: "waiting"; reason: string }
  | { state: "failed"; code: ErrorCode; message: string; hint: string };

/** Set by cert-manager on requests and orders: whose they are (pkg/apis/certmanager/v1/types.go). */
export const CERTIFICATE_NAME = "cert-manager.io/certificate-name";

/** Set by cert-manager on Secrets: who issued last (pkg/apis/certmanager/v1/types.go). */
export const ISSUER_NAME = "cert-manager.io/issuer-name";

/**
 * Where one certificate stands. The deepest object that says something wins: the CA's own words
 * are on the Challenge, and gone once it is cleaned up.
 */
export function explainIssuance(issuance: Issuance): IssuanceVerdict {
  const { certificate, issuer, hostname } = issuance;
  if (certificate === undefined) return waiting("cert-manager has not made the Certificate yet");
  if (certificate.spec.issuerRef.name !== issuer) {
    return waiting(`the Certificate does not use ${issuer} yet`);
  }
  if (isReady(certificate) && !isRetried(certificate, issuance.now)) return { state: "ready" };
  const ready = findCondition(certificate.status.conditions, "Ready");
  const order = newestOf(issuance.orders, certificate);
  const challenge = issuance.challenges.find(({ spec }) => spec.dnsName === hostname);
  const failed = explainFailure(issuance, order, challenge);
  if (failed !== undefined) return failed;
  return waiting(describeProgress(order, challenge, ready?.message));
}

/** Also while it is issued anew: a renewal that hangs takes nothing from the one that is there. */
export function isReady({ metadata, status }: Certificate): boolean {
  const ready = findCondition(status.conditions, "Ready");
  return ready?.status === "True" && isCurrent(ready, metadata.generation);
}

/**
 * A Certificate that was made anew over a Secret whose renewal is due: its first attempt is one that
 * somebody asked for. cert-manager counts revisions from the first that it issued for this object.
 */
function isRetried({ status }: Certificate, now: Date): boolean {
  const { revision, renewalTime = "" } = status;
  const isIssuing = findCondition(status.conditions, "Issuing")?.status === "True";
  return revision === undefined && (isIssuing || Date.parse(renewalTime) <= now.getTime());
}

/** It failed and waits before it tries again; after a change of the Certificate it does not wait. */
export function isBackingOff(certificate: Certificate): boolean {
  const { metadata, status } = certificate;
  const issuing = findCondition(status.conditions, "Issuing");
  if (issuing?.status !== "False" || status.lastFailureTime === undefined) return false;
  return isCurrent(issuing, metadata.generation);
}

const waiting = (reason: string): IssuanceVerdict => ({ state: "waiting", reason });

/** The newest of those that were made for this Certificate as it is now. */
export function newestOf<T extends CertificateRequest | Order>(
  all: readonly T[],
  certificate: Certificate,
): T | undefined {
  const { name, creationTimestamp: madeAt = "" } = certificate.metadata;
  return all
    .filter(
      ({ metadata }) =>
        metadata.annotations?.[CERTIFICATE_NAME] === name &&
        (metadata.creationTimestamp ?? "") >= madeAt,
    )
    .toSorted((a, b) => byAge(a) - byAge(b))
    .at(-1);
}

const byAge = ({ metadata }: CertificateRequest | Order): number =>
  Date.parse(metadata.creationTimestamp ?? "") || 0;

function explainFailure(
  { hostname, certificate, requests }: Issuance,
  order: Order | undefined,
  challenge: Challenge | undefined,
): IssuanceVerdict | undefined {
  if (
    challenge !== undefined &&
    ["invalid", "errored", "expired"].includes(challenge.status.state)
  ) {
    return explainWords(hostname, challenge.status.reason || order?.status.reason || "");
  }
  if (order !== undefined && ["invalid", "errored", "expired"].includes(order.status.state)) {
    return explainWords(hostname, order.status.reason);
  }
  if (certificate === undefined || !isBackingOff(certificate)) return undefined;
  const request = newestOf(requests, certificate);
  const message = findCondition(request?.status.conditions ?? [], "Ready")?.message;
  const issuing = findCondition(certificate.status.conditions, "Issuing");
  return explainWords(hostname, message ?? issuing?.message ?? "");
}

/** What CAs say, most telling first (Boulder and RFC 8555, 6.7), and the one thing to do. */
const WORDS: readonly { pattern: RegExp; code: ErrorCode; hint: string }[] = [
  {
    pattern: /rateLimited|too many (certificates|failed authorizations|new orders)/,
    code: "GT-ACME-RATE-LIMITED",
    hint: "Wait until the date it names: until then the CA refuses every attempt. To have staging certificates for all hosts meanwhile: gateway-tls promote --to staging",
  },
  {
    pattern: /CAA record/,
    code: "GT-CAA-FORBIDS",
    hint: 'Add the CAA record `0 issue "letsencrypt.org"` to the domain, then run the same command again.',
  },
  {
    pattern: /Timeout during connect|Connection refused|Error getting validation data/,
    code: "GT-ACME-UNREACHABLE",
    hint: "Open port 80 of the load balancer to the internet (scheme, security groups), then run the same command again.",
  },
  {
    pattern: /DNS problem|NXDOMAIN|SERVFAIL/,
    code: "GT-ACME-DNS",
    hint: "Compare the NS records at the registrar with the hosted zone's: `gateway-tls check --pre` names both.",
  },
  {
    pattern: /rejectedIdentifier|forbidden by policy/,
    code: "GT-ACME-FORBIDDEN",
    hint: "The CA never issues for this name: use another domain or another CA (--acme-server).",
  },
];

function explainWords(hostname: string, words: string): IssuanceVerdict {
  const known = WORDS.find(({ pattern }) => pattern.test(words));
  return {
    state: "failed",
    code: known?.code ?? "GT-ACME-FAILED",
    message: `The CA did not issue a certificate for ${hostname}: ${words || "it gave no reason"}`,
    hint:
      known?.hint ??
      "Mend what it names, then run the same command again: it starts a new attempt at once.",
  };
}

function describeProgress(
  order: Order | undefined,
  challenge: Challenge | undefined,
  ready: string | undefined,
): string {
  if (challenge !== undefined && challenge.status.reason !== "") return challenge.status.reason;
  if (challenge !== undefined) {
    return challenge.status.presented === true
      ? "the CA is checking the challenge"
      : "the challenge is being set up";
  }
  if (order !== undefined) return `order ${order.status.state || "being placed"}`;
  return ready === undefined || ready === "" ? "the certificate is being requested" : ready;
}
