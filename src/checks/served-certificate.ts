import { findCaIdentity } from "../facts/caa.ts";
import { valueOf } from "../facts/fact.ts";
import type { ServedCertificate } from "../ports/network.ts";
import { buildHostNames } from "../plan/names.ts";
import { broken, onItsWay, type LinkInput, type LinkVerdict } from "./chain.ts";
import { listNames } from "./nearest.ts";

const RERUN = { hint: "gateway-tls init" };

/** The served certificate: for this name, in date, the one that was issued last, and trusted. */
export function judgeServed(input: LinkInput, served: ServedCertificate | undefined): LinkVerdict {
  const { hostname } = input.host;
  if (served === undefined) return onItsWay(`${hostname} has no address to ask`);
  return judgeContent(input, served) ?? judgeAge(input, served) ?? judgeTrust(input, served);
}

function judgeContent(
  { facts, host: { hostname } }: LinkInput,
  { names, notAfter }: ServedCertificate,
): LinkVerdict | undefined {
  if (!names.some((name) => covers(name, hostname))) {
    const reason = `${hostname} serves a certificate for ${listNames(names)}.`;
    return broken("GT-SERVED-NAME", reason, RERUN);
  }
  if (Date.parse(notAfter) > Date.parse(facts.now)) return undefined;
  const reason = `${hostname} serves a certificate that expired at ${notAfter}.`;
  return broken("GT-CERTIFICATE-EXPIRED", reason, RERUN);
}

function judgeAge(
  { config, facts, host: { hostname }, names }: LinkInput,
  { notAfter, issuer }: ServedCertificate,
): LinkVerdict | undefined {
  const { secret } = buildHostNames(hostname);
  const live = valueOf(facts.certificates)?.find(({ metadata }) => metadata.name === secret);
  const issued = live?.status.notAfter;
  if (issued !== undefined && !isSameSecond(issued, notAfter)) {
    return onItsWay(`${hostname} still serves an older certificate (issuer ${issuer})`);
  }
  if (config.issuer === "production" && live?.spec.issuerRef.name === names.issuers.staging) {
    return onItsWay("the certificate is still from the staging issuer", RERUN);
  }
  return undefined;
}

/** Certificates count in whole seconds. */
function isSameSecond(a: string, b: string): boolean {
  return Math.abs(Date.parse(a) - Date.parse(b)) < 1000;
}

function judgeTrust({ config }: LinkInput, served: ServedCertificate): LinkVerdict {
  if (served.trusted || config.issuer === "staging") {
    return { state: "ok", reason: `issuer ${served.issuer}, until ${served.notAfter}` };
  }
  const reason = `The served chain is not trusted (${served.untrustedReason ?? "unknown"}).`;
  if (findCaIdentity(config.acme.server) !== undefined) {
    return broken("GT-SERVED-UNTRUSTED", reason, RERUN);
  }
  const hint = "Name your CA's root with --trust-ca FILE.";
  return { state: "warning", code: "GT-SERVED-UNTRUSTED", reason, hint };
}

function covers(name: string, hostname: string): boolean {
  if (name === hostname) return true;
  return name.startsWith("*.") && hostname.split(".").slice(1).join(".") === name.slice(2);
}
