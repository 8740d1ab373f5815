import { ISSUER_NAME } from "./issuance.ts";
import type { TlsSecret } from "../facts/tls-secrets.ts";
import { listNames } from "../nearest.ts";
import { findAttempt, findGateway } from "./attempt.ts";
import { broken, firstTrouble, type LinkInput, type LinkVerdict } from "./chain.ts";
import { judgeDeletion } from "./conditions.ts";
import { certManagerLogs } from "./controllers.ts";
import { awaitController } from "./patience.ts";
import { covers } from "./served-certificate.ts";

/** What stands in the Secret: a certificate with its key, for the host, and the newest. */
export function judgeSecret(input: LinkInput, secrets: readonly TlsSecret[]): LinkVerdict {
  const { target } = input;
  const { namespace } = target.gateway;
  const object = `Secret ${namespace}/${target.secret}`;
  const live = secrets.find(
    ({ metadata }) => metadata.name === target.secret && metadata.namespace === namespace,
  );
  if (live === undefined) return judgeGone(input, object);
  return firstTrouble(
    () => judgeDeletion(live.metadata, object),
    () => judgeContent(input, live, object),
    () => judgeAge(input, live, object),
    () => judgeIssuer(input, live, object),
    () => ({ state: "ok", object, reason: live.certificate?.names.join(", ") }),
  );
}

/** cert-manager sees at once that a Secret is gone; the gateway's listener tells since when it is. */
function judgeGone(input: LinkInput, object: string): LinkVerdict {
  const listener = findGateway(input)?.status.listeners.find(
    ({ name }) => name === input.target.listener,
  );
  const missing = listener?.conditions.find(({ reason }) => reason === "InvalidCertificateRef");
  const reason = "cert-manager has not issued the certificate of the Secret that is gone anew yet";
  const wait = { reason, since: missing?.lastTransitionTime, object };
  return awaitController(input, wait, certManagerLogs(input));
}

function judgeContent(
  { target }: LinkInput,
  { complete, certificate }: TlsSecret,
  object: string,
): LinkVerdict | undefined {
  const command = `kubectl delete secret ${target.secret} --namespace ${target.gateway.namespace}`;
  const more = { object, hint: `Have it issued anew: ${command}` };
  if (!complete)
    return broken("GT-SECRET-INCOMPLETE", "The Secret has no tls.crt or no tls.key.", more);
  if (certificate === undefined)
    return broken("GT-SECRET-UNREADABLE", "The Secret's tls.crt is not a certificate.", more);
  const { names } = certificate;
  if (names.some((name) => covers(name, target.hostname))) return undefined;
  const reason = `The Secret's certificate is for ${listNames(names)}, not for ${target.hostname}.`;
  return broken("GT-SECRET-NAMES", reason, more);
}

/** Certificates count in whole seconds. */
function judgeAge(input: LinkInput, { certificate, metadata }: TlsSecret, object: string) {
  const notAfter = findAttempt(input).certificate?.status.notAfter;
  if (certificate === undefined || notAfter === undefined) return undefined;
  const difference = Date.parse(notAfter) - Date.parse(certificate.notAfter);
  if (difference < 1000) return undefined;
  const reason = "cert-manager has not told of the older certificate that the Secret holds yet";
  return awaitController(
    input,
    { reason, since: metadata.changedAt, object },
    certManagerLogs(input),
  );
}

function judgeIssuer(input: LinkInput, { metadata }: TlsSecret, object: string) {
  const live = findAttempt(input).certificate;
  const issuer = live?.spec.issuerRef.name;
  const from = metadata.annotations?.[ISSUER_NAME];
  if (from === undefined || issuer === undefined || from === issuer) return undefined;
  const reason = `cert-manager has not let ${issuer} issue what the Secret has of ${from} yet`;
  return awaitController(
    input,
    { reason, since: live?.metadata.changedAt, object },
    certManagerLogs(input),
  );
}
