import { findCondition, isCurrent } from "../facts/condition.ts";
import type { Certificate, CertificateRequest } from "../facts/objects.ts";
import { explainAcmeWords } from "./acme-words.ts";
import { findAttempt, findNextAttempt } from "./attempt.ts";
import {
  broken,
  firstTrouble,
  nameObject,
  onItsWay,
  risky,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { certManagerLogs } from "./controllers.ts";
import { isBackingOff } from "./issuance.ts";
import { doubtClock, isClockOff } from "./clock.ts";
import { toSeconds } from "./moment.ts";
import { isLate, ISSUING_MS, latestOf } from "./patience.ts";
import { attemptingOf, RERUN } from "./repair.ts";

/**
 * A renewal may be this late before it is told: it is begun at its time, not done. Of a short
 * lifetime little is kept for it, so there it is a tenth of that.
 */
const RENEWING_MS = 86_400_000;
const RENEWING_SHARE = 0.1;
/** Promotion follows the handshake at once; after this nobody is at it. */
const PROMOTING_MS = 900_000;

/** The Certificate: ready, in date, renewed in time, of the right issuer. */
export function judgeCertificate(input: LinkInput): LinkVerdict {
  const { certificate, request } = findAttempt(input);
  if (certificate === undefined) return onItsWay("cert-manager has not made the Certificate yet");
  const object = nameObject("Certificate", certificate.metadata);
  const ready = findCondition(certificate.status.conditions, "Ready");
  const more = { object, since: ready?.lastTransitionTime };
  return firstTrouble(
    () => judgeExpiry(input, certificate, more),
    () => judgeFailure(input, { live: certificate, request, more }),
    () => judgeNotReady(input, certificate, more),
    () => judgeRenewal(input, certificate, more),
    () => judgePromotion(input, certificate, more),
    () => {
      const { notAfter, renewalTime } = certificate.status;
      const until = notAfter === undefined ? "ready" : `until ${notAfter}`;
      const reason =
        renewalTime === undefined ? until : `${until}, to be renewed at ${renewalTime}`;
      return { state: "ok", ...more, reason };
    },
  );
}

type More = { object: string; since: string | undefined };

const describe = ({ metadata }: Certificate) => ({
  hint: `kubectl describe certificate ${metadata.name} --namespace ${metadata.namespace ?? ""}`,
});

function judgeExpiry(input: LinkInput, live: Certificate, more: More): LinkVerdict | undefined {
  const { facts } = input;
  const { notAfter } = live.status;
  if (notAfter === undefined || Date.parse(notAfter) > Date.parse(facts.now)) return undefined;
  const reason = `The certificate expired at ${notAfter}; this machine's clock says ${toSeconds(facts.now)}.`;
  if (isClockOff(input)) return doubtClock(reason);
  return broken("GT-CERTIFICATE-EXPIRED", reason, { ...more, ...describe(live) });
}

/** The last attempt failed: cert-manager says so on the Certificate, and waits for hours. */
function judgeFailure(
  input: LinkInput,
  {
    live,
    request,
    more,
  }: { live: Certificate; request: CertificateRequest | undefined; more: More },
): LinkVerdict | undefined {
  if (!isBackingOff(live)) return undefined;
  const issuing = findCondition(live.status.conditions, "Issuing");
  const own = findCondition(request?.status.conditions ?? [], "Ready");
  const words = (own?.reason === "Failed" ? own.message : undefined) ?? issuing?.message ?? "";
  const next = findNextAttempt(live);
  const later = next === undefined ? "" : ` Next attempt at ${next.at} (try ${next.number}).`;
  const { code, hint } = explainAcmeWords(words, attemptingOf(input, live.metadata.name));
  const told = code === "GT-ACME-FAILED" ? "GT-CERTIFICATE-BACKING-OFF" : code;
  return broken(told, `${words}${/[.!]$/.test(words) ? "" : "."}${later}`, {
    object: more.object,
    since: live.status.lastFailureTime,
    hint,
  });
}

function judgeNotReady(input: LinkInput, live: Certificate, more: More): LinkVerdict | undefined {
  const { conditions } = live.status;
  const ready = findCondition(conditions, "Ready");
  const issuing = findCondition(conditions, "Issuing");
  const isReady = ready?.status === "True" && isCurrent(ready, live.metadata.generation);
  if (isReady && issuing?.status !== "True") return undefined;
  const { changedAt, creationTimestamp } = live.metadata;
  const since =
    issuing?.status === "True"
      ? issuing.lastTransitionTime
      : latestOf(ready?.lastTransitionTime ?? creationTimestamp, changedAt);
  const { now } = input.facts;
  const words = [issuing?.message, ready?.status === "True" ? undefined : ready?.message];
  const reason = words.find((text) => text !== undefined && text !== "");
  if (isReady) {
    if (!isLate(now, since, findPatience(live))) return onItsWay(reason ?? REQUESTED, more);
    return (
      judgeRenewal(input, live, more) ?? risky(...tellStuck(input, reason, { ...more, since }))
    );
  }
  return isLate(now, since, ISSUING_MS)
    ? broken(...tellStuck(input, reason, { ...more, since }))
    : onItsWay(reason ?? REQUESTED, more);
}

const REQUESTED = "the certificate is being requested";

/** An attempt that neither ends nor says anything, on the order and the challenge neither. */
function tellStuck(input: LinkInput, words: string | undefined, more: More) {
  const told = words === undefined ? "" : `: ${words}`;
  const reason = `cert-manager has long been at the certificate, and says nothing more${told}`;
  return ["GT-CONTROLLER-SILENT", reason, { ...more, hint: certManagerLogs(input) }] as const;
}

/** How late a renewal may be, in milliseconds: by the lifetime that the certificate has. */
function findPatience({ status: { notAfter, renewalTime } }: Certificate): number {
  if (notAfter === undefined || renewalTime === undefined) return RENEWING_MS;
  return Math.min(RENEWING_MS, RENEWING_SHARE * (Date.parse(notAfter) - Date.parse(renewalTime)));
}

/** Lifetimes come from the certificate itself: half of the time kept for renewing is the limit. */
function judgeRenewal(
  { facts }: LinkInput,
  live: Certificate,
  more: More,
): LinkVerdict | undefined {
  const { notAfter, renewalTime } = live.status;
  if (notAfter === undefined || renewalTime === undefined) return undefined;
  const now = Date.parse(facts.now);
  const due = Date.parse(renewalTime);
  if (now - due <= findPatience(live)) return undefined;
  const reason = `The renewal was due at ${renewalTime} and has not happened; the certificate expires at ${notAfter}.`;
  const isUrgent = now > due + (Date.parse(notAfter) - due) / 2;
  const tell = isUrgent ? broken : risky;
  return tell("GT-CERTIFICATE-RENEWAL-LATE", reason, { ...more, ...describe(live) });
}

function judgePromotion(
  { survey, facts }: LinkInput,
  live: Certificate,
  more: More,
): LinkVerdict | undefined {
  const { issuer, issuers } = survey.expected;
  if (issuer !== "production" || live.spec.issuerRef.name !== issuers?.staging) return undefined;
  const age = Date.parse(facts.now) - Date.parse(more.since ?? facts.now);
  const reason = "The certificate is still from the staging issuer, which no browser trusts.";
  const told = {
    ...more,
    why: "Only a certificate of the production issuer is trusted by browsers.",
  };
  const goOn = `Where no init is at it any more, go on with it: ${RERUN}`;
  if (age <= PROMOTING_MS) return onItsWay(reason, { ...told, hint: goOn });
  return broken("GT-CERTIFICATE-STAGING", reason, { ...told, hint: RERUN });
}
