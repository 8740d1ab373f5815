import { findCaIdentity } from "../facts/caa.ts";
import { valueOf } from "../facts/fact.ts";
import { listNames } from "../nearest.ts";
import type { ServedCertificate } from "../ports/network.ts";
import { findAttempt } from "./attempt.ts";
import {
  broken,
  firstTrouble,
  onItsWay,
  risky,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { doubtClock, isClockOff, SET_CLOCK } from "./clock.ts";
import { toSeconds } from "./moment.ts";
import { newAttempt, repairHint, RERUN } from "./repair.ts";

/** The served certificate: for this name, in date, the one that was issued last, and trusted. */
export function judgeServed(input: LinkInput, served: ServedCertificate | undefined): LinkVerdict {
  const { hostname } = input.target;
  if (served === undefined)
    return { state: "unknown", reason: `${hostname} has no address to ask.` };
  return firstTrouble(
    () => judgeContent(input, served),
    () => judgeAge(input, served),
    () => judgeTrust(input, served),
  );
}

function judgeContent(
  input: LinkInput,
  { names, notBefore, notAfter }: ServedCertificate,
): LinkVerdict | undefined {
  const { facts, target } = input;
  const { hostname } = target;
  const { namespace, name } = target.gateway;
  if (!names.some((name) => covers(name, hostname))) {
    const reason = `${hostname} serves a certificate for ${listNames(names)}.`;
    return broken("GT-SERVED-NAME", reason, {
      hint: repairHint(input, `kubectl describe gateway ${name} --namespace ${namespace}`),
    });
  }
  const now = Date.parse(facts.now);
  if (Date.parse(notBefore) > now) {
    const reason = `The served certificate is valid from ${toSeconds(notBefore)}, and this machine's clock says ${toSeconds(facts.now)}.`;
    return broken("GT-CLOCK", reason, {
      hint: SET_CLOCK,
    });
  }
  if (Date.parse(notAfter) > now) return undefined;
  const reason = `${hostname} serves a certificate that expired at ${toSeconds(notAfter)}; this machine's clock says ${toSeconds(facts.now)}.`;
  if (isClockOff(input)) return doubtClock(reason);
  return broken("GT-CERTIFICATE-EXPIRED", reason, { hint: newAttempt(input) });
}

function judgeAge(
  input: LinkInput,
  { notAfter, issuer }: ServedCertificate,
): LinkVerdict | undefined {
  const { hostname, gateway } = input.target;
  const { certificate } = findAttempt(input);
  const issued = certificate?.status.notAfter;
  if (issued === undefined || isSameSecond(issued, notAfter)) return undefined;
  const since = Date.parse(certificate?.status.notBefore ?? input.facts.now);
  const reason = `${hostname} still serves an older certificate (issuer ${issuer})`;
  // A CA dates back by an hour; a gateway takes a new Secret up within seconds.
  if (Date.parse(input.facts.now) - since < 2 * 3_600_000) return onItsWay(reason);
  return broken("GT-SERVED-OLD", `${reason}, although a newer one stands in the Secret.`, {
    hint: `kubectl get pods --namespace ${gateway.namespace}`,
  });
}

/** Certificates count in whole seconds. */
function isSameSecond(a: string, b: string): boolean {
  return Math.abs(Date.parse(a) - Date.parse(b)) < 1000;
}

function judgeTrust(input: LinkInput, served: ServedCertificate): LinkVerdict {
  const { survey } = input;
  const { issuer, acmeServer } = survey.expected;
  if (served.trusted || (issuer === "staging" && isOfStaging(input, served))) {
    return { state: "ok", reason: `issuer ${served.issuer}, until ${toSeconds(served.notAfter)}` };
  }
  const reason = `The served chain is not trusted (${served.untrustedReason ?? "unknown"}; issuer ${served.issuer}).`;
  if (STAGING.test(served.issuer)) {
    const hint = survey.kept
      ? "gateway-tls init --issuer production"
      : "Let the Gateway name the production issuer (cert-manager.io/cluster-issuer).";
    return broken("GT-SERVED-STAGING", reason, { hint });
  }
  if (acmeServer !== undefined && findCaIdentity(acmeServer) !== undefined) {
    return broken("GT-SERVED-UNTRUSTED", reason, { hint: RERUN });
  }
  return risky("GT-SERVED-UNTRUSTED", reason, {
    hint: "Name your CA's root with --trust-ca FILE.",
  });
}

const STAGING = /\(STAGING\)/;

/** Let's Encrypt's staging says so in its names; a private CA that stands in for it has any name. */
function isOfStaging(input: LinkInput, { issuer }: ServedCertificate): boolean {
  if (STAGING.test(issuer)) return true;
  const { issuers } = input.survey.expected;
  const live = valueOf(input.facts.issuers)?.find(
    ({ metadata }) => metadata.name === issuers?.staging,
  );
  const { certificate } = findAttempt(input);
  const isLetsEncrypt = findCaIdentity(live?.spec.acme.server ?? "") !== undefined;
  return !isLetsEncrypt && certificate?.spec.issuerRef.name === issuers?.staging;
}

/** Whether a certificate for `name` is good for the host: a wildcard covers one label. */
export function covers(name: string, hostname: string): boolean {
  if (name === hostname) return true;
  return name.startsWith("*.") && hostname.split(".").slice(1).join(".") === name.slice(2);
}
