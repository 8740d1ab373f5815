import type { CertManagerFact } from "../facts/cert-manager.ts";
import { findCondition, isCurrent } from "../facts/condition.ts";
import { valueOf } from "../facts/fact.ts";
import type { Certificate, ClusterIssuer } from "../facts/objects.ts";
import { buildHostNames } from "../plan/names.ts";
import {
  broken,
  judgeSeen,
  nameObject,
  onItsWay,
  type Link,
  type LinkInput,
  type LinkVerdict,
} from "./chain.ts";
import { explainExternalDnsLog } from "./external-dns-log.ts";
import { explainIssuance } from "./issuance.ts";
import { listNames } from "./nearest.ts";
import { judgeServed } from "./served-certificate.ts";

const ISSUER_ANNOTATION = "cert-manager.io/cluster-issuer";

/** From the delegation to the handshake. */
export const issuanceLinks: readonly Link[] = [
  {
    id: "delegation",
    title: "Hosted zone delegated",
    after: ["installation"],
    evaluate: ({ facts }) =>
      judgeSeen(facts.delegation, ({ zone, delegated, expected, soaStatus }) => {
        const hint = `Set exactly these name servers for ${zone} at its registrar or in its parent zone: ${expected.join(", ")}`;
        if (!expected.some((name) => delegated.includes(name))) {
          return broken(
            "GT-ZONE-NOT-DELEGATED",
            `${zone} is delegated to ${listNames(delegated)}, not to its hosted zone.`,
            { hint },
          );
        }
        if (soaStatus === "SERVFAIL")
          return broken("GT-ZONE-DNSSEC", `Validating resolvers reject ${zone} (SERVFAIL).`, {
            hint: `Remove the DS record of ${zone} at the registrar, or sign the zone.`,
          });
        return { state: "ok" };
      }),
  },
  {
    id: "record",
    title: "Record at the zone's own servers",
    after: ["delegation", "external-dns", "gateway"],
    evaluate: judgeRecord,
  },
  {
    id: "issuer",
    title: "Issuer ready",
    after: ["crds"],
    evaluate: (input) => {
      const running = judgeSeen(input.facts.certManagers, judgeCertManagers);
      if (running.state !== "ok") return running;
      return judgeSeen(input.facts.issuers, (issuers) => judgeIssuer(input, issuers));
    },
  },
  {
    id: "certificate",
    title: "Certificate ready",
    after: ["issuer", "gateway", "record"],
    evaluate: judgeCertificate,
  },
  {
    id: "served-certificate",
    title: "Certificate served",
    after: ["certificate", "listener", "record"],
    evaluate: (input) => judgeSeen(input.sight.served, (served) => judgeServed(input, served)),
  },
];

function judgeRecord({ facts, sight, names }: LinkInput): LinkVerdict {
  return judgeSeen(sight.answers, ({ addresses, missing, silent }) => {
    if (addresses.length > 0 && missing.length === 0)
      return { state: "ok", reason: listNames(addresses) };
    if (addresses.length === 0 && missing.length === 0) {
      return {
        state: "unknown",
        reason: `The zone's name servers do not answer from here: ${listNames(silent)}.`,
        code: "GT-DNS-UNREACHABLE",
        hint: "Name a resolver that answers with --dns-server HOST.",
      };
    }
    const finding = explainExternalDnsLog(valueOf(facts.externalDnsLog) ?? [], names.role);
    if (finding !== undefined) return broken(finding.code, finding.message, { hint: finding.hint });
    return onItsWay(`${sight.hostname} is not at ${listNames(missing)} yet`);
  });
}

/** The issuer that the Gateway names now; before the first issuance, the staging one. */
function findIssuer({ facts, names }: LinkInput): string {
  return valueOf(facts.gateway)?.metadata.annotations?.[ISSUER_ANNOTATION] ?? names.issuers.staging;
}

function judgeCertManagers(found: readonly CertManagerFact[]): LinkVerdict {
  const [first] = found;
  if (first === undefined) {
    const hint = "gateway-tls init";
    return broken("GT-DEPLOYMENT-MISSING", "cert-manager is not installed.", { hint });
  }
  if (found.some(({ ready }) => ready)) return { state: "ok" };
  return onItsWay("cert-manager has no ready pod", {
    object: nameObject("Deployment", first),
    hint: `kubectl describe pods --namespace ${first.namespace}`,
  });
}

function judgeIssuer(input: LinkInput, issuers: readonly ClusterIssuer[]): LinkVerdict {
  const name = findIssuer(input);
  const object = `ClusterIssuer ${name}`;
  const live = issuers.find(({ metadata }) => metadata.name === name);
  if (live === undefined)
    return broken("GT-ISSUER-MISSING", `The issuer ${name} is gone.`, {
      object,
      hint: "gateway-tls init",
    });
  const ready = findCondition(live.status, "Ready");
  if (ready === undefined || !isCurrent(ready, live.metadata.generation))
    return onItsWay("cert-manager has not looked at the issuer yet", { object });
  const more = { object, since: ready.lastTransitionTime };
  if (ready.status === "True") return { state: "ok", ...more };
  return broken("GT-ISSUER-NOT-READY", `${ready.reason}: ${ready.message}`, {
    ...more,
    hint: `kubectl describe clusterissuer ${name}`,
  });
}

function judgeCertificate(input: LinkInput): LinkVerdict {
  const { facts, host } = input;
  return judgeSeen(facts.certificates, (certificates) => {
    const { secret } = buildHostNames(host.hostname);
    const certificate = certificates.find(({ metadata }) => metadata.name === secret);
    const verdict = explainIssuance({
      hostname: host.hostname,
      issuer: findIssuer(input),
      certificate,
      requests: valueOf(facts.requests) ?? [],
      orders: valueOf(facts.orders) ?? [],
      challenges: valueOf(facts.challenges) ?? [],
    });
    const object = certificate && nameObject("Certificate", certificate.metadata);
    const since = findCondition(certificate?.status, "Ready")?.lastTransitionTime;
    if (verdict.state === "ready" && certificate !== undefined)
      return { ...judgeExpiry(certificate, facts.now), object, since };
    if (verdict.state === "failed")
      return broken(verdict.code, verdict.message, { hint: verdict.hint, object, since });
    return onItsWay(verdict.state === "waiting" ? verdict.reason : "being issued", {
      object,
      since,
    });
  });
}

const DAY_MS = 86_400_000;

function judgeExpiry({ status, metadata }: Certificate, now: string): LinkVerdict {
  const { notAfter, renewalTime } = status;
  const at = Date.parse(now);
  const hint = `kubectl describe certificate ${metadata.name} --namespace ${metadata.namespace ?? ""}`;
  if (notAfter !== undefined && Date.parse(notAfter) <= at)
    return broken("GT-CERTIFICATE-EXPIRED", `The certificate expired at ${notAfter}.`, { hint });
  if (renewalTime !== undefined && at - Date.parse(renewalTime) > DAY_MS) {
    return {
      state: "warning",
      code: "GT-CERTIFICATE-RENEWAL-LATE",
      reason: `The renewal was due at ${renewalTime} and has not happened.`,
      hint,
    };
  }
  return { state: "ok", reason: notAfter === undefined ? undefined : `until ${notAfter}` };
}
