import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "../../../ports/kubernetes.ts";
import { fingerprintOf } from "../../certificate-text.ts";
import { findCondition, isTrue, type NewCondition, setConditions } from "../../conditions.ts";
import { at, fields, strings, stringMap, text } from "../../fields.ts";
import type { Simulation } from "../../simulation.ts";
import { requestName } from "./names.ts";

const HOUR_MS = 3_600_000;
const MAX_BACKOFF_HOURS = 32;
const FROM = "cert-manager-certificates-trigger";

/** Decides when a Certificate is to be issued, and asks for it with a CertificateRequest. */
export function certificates(simulation: Simulation): void {
  for (const certificate of simulation.store.all("Certificate")) {
    if (certificate.metadata.deletionTimestamp !== undefined) continue;
    reconcile(simulation, certificate);
  }
}

function reconcile(simulation: Simulation, found: KubernetesObject): void {
  const why = reasonToIssue(simulation, found);
  const certificate = reportReady(simulation, found, why);
  if (isTrue(certificate, "Issuing")) return ensureRequest(simulation, certificate);
  if (why === undefined || isBackingOff(simulation, certificate)) return;
  const { reason, message } = why;
  const issuing = { type: "Issuing", status: "True", reason, message } as const;
  const begun = setConditions(simulation, certificate, [issuing]);
  simulation.event(begun, { type: "Normal", reason: "Issuing", message, from: FROM });
  ensureRequest(simulation, begun);
}

interface Why {
  reason: string;
  message: string;
}

/** cert-manager's trigger policies (internal/controller/certificates/policies/checks.go). */
function reasonToIssue(simulation: Simulation, certificate: KubernetesObject): Why | undefined {
  const { namespace } = certificate.metadata;
  const secret = simulation.store.findKind(
    "Secret",
    text(at(certificate, "spec", "secretName")),
    namespace,
  );
  if (secret === undefined) {
    return { reason: "DoesNotExist", message: "Issuing certificate as Secret does not exist" };
  }
  const encoded = text(fields(secret["data"])["tls.crt"]);
  const issued = issuedIn(simulation, encoded);
  if (issued === undefined) {
    return {
      reason: "MissingData",
      message: "Issuing certificate as Secret does not contain any data",
    };
  }
  const before = previousIssuer(secret);
  const issuerRef = fields(at(certificate, "spec", "issuerRef"));
  const group = text(issuerRef["group"]) || "cert-manager.io";
  if (before !== `${text(issuerRef["kind"])}.${group}/${text(issuerRef["name"])}`) {
    return {
      reason: "IncorrectIssuer",
      message: `Issuing certificate as Secret was previously issued by "${before}"`,
    };
  }
  if (!isFor(certificate, issued.names)) {
    return {
      reason: "SecretMismatch",
      message: "Existing issued Secret is not up to date for spec: [spec.dnsNames]",
    };
  }
  const renewAt = renewalTime(issued);
  if (simulation.now < renewAt) return undefined;
  const scheduled = new Date(renewAt).toISOString();
  const message = `Renewing certificate as renewal was scheduled at ${scheduled}`;
  return { reason: "Renewing", message };
}

function isFor(certificate: KubernetesObject, names: readonly string[]): boolean {
  const wanted = [...new Set(strings(at(certificate, "spec", "dnsNames")))];
  return isDeepStrictEqual(names.toSorted(), wanted.toSorted());
}

/** `ClusterIssuer.cert-manager.io/name`, as a Secret's annotations tell. */
function previousIssuer({ metadata }: KubernetesObject): string {
  const annotations = stringMap(metadata.annotations);
  const part = (name: string): string => annotations[`cert-manager.io/issuer-${name}`] ?? "";
  return `${part("kind")}.${part("group")}/${part("name")}`;
}

function issuedIn(simulation: Simulation, encoded: string) {
  const pem = Buffer.from(encoded, "base64").toString("utf8");
  return encoded === "" ? undefined : simulation.state.acme.certificates[fingerprintOf(pem)];
}

/** At two thirds of the actual lifetime. */
function renewalTime({ notBefore, notAfter }: { notBefore: string; notAfter: string }): number {
  const from = Date.parse(notBefore);
  return from + ((Date.parse(notAfter) - from) * 2) / 3;
}

function reportReady(
  simulation: Simulation,
  certificate: KubernetesObject,
  why: Why | undefined,
): KubernetesObject {
  const { namespace } = certificate.metadata;
  const secretName = text(at(certificate, "spec", "secretName"));
  const secret = simulation.store.findKind("Secret", secretName, namespace);
  const issued = issuedIn(simulation, text(fields(secret?.["data"])["tls.crt"]));
  const usable = why === undefined || why.reason === "Renewing";
  const ready: NewCondition = usable
    ? {
        type: "Ready",
        status: "True",
        reason: "Ready",
        message: "Certificate is up to date and has not expired",
      }
    : { type: "Ready", status: "False", ...why };
  if (issued === undefined) return setConditions(simulation, certificate, [ready]);
  const renewAt = renewalTime(issued);
  const { uid = "" } = certificate.metadata;
  simulation.after(`${uid}/renewal/${renewAt}`, Math.max(0, renewAt - simulation.now));
  return setConditions(simulation, certificate, [ready], {
    notBefore: seconds(issued.notBefore),
    notAfter: seconds(issued.notAfter),
    renewalTime: simulation.store.timestamp(renewAt),
  });
}

const seconds = (iso: string): string => iso.replace(/\.\d+Z$/, "Z");

/** After a failure: an hour, doubling; a change of the spec skips it. */
function isBackingOff(simulation: Simulation, certificate: KubernetesObject): boolean {
  const failed = Date.parse(text(at(certificate, "status", "lastFailureTime")));
  if (Number.isNaN(failed)) return false;
  const attempts = at(certificate, "status", "failedIssuanceAttempts");
  const count = typeof attempts === "number" ? attempts : 1;
  const hours = Math.min(2 ** (count - 1), MAX_BACKOFF_HOURS);
  const until = failed + hours * HOUR_MS;
  const { uid = "", generation } = certificate.metadata;
  if (findCondition(certificate, "Issuing")?.["observedGeneration"] !== generation) return false;
  simulation.after(`${uid}/backoff/${until}`, Math.max(0, until - simulation.now));
  return simulation.now < until;
}

function ensureRequest(simulation: Simulation, certificate: KubernetesObject): void {
  const { store } = simulation;
  const { name, namespace = "", uid = "" } = certificate.metadata;
  const revision = revisionOf(certificate) + 1;
  const spec = fields(certificate["spec"]);
  const wanted = { dnsNames: strings(spec["dnsNames"]), issuerRef: fields(spec["issuerRef"]) };
  const live = store.findKind("CertificateRequest", requestName(name, revision), namespace);
  if (live !== undefined) {
    const shown = fields(live["spec"]);
    const same = isDeepStrictEqual(
      { dnsNames: shown["dnsNames"], issuerRef: shown["issuerRef"] },
      wanted,
    );
    const stale =
      !same || live.metadata.annotations?.["sandbox/attempt"] !== attemptOf(certificate);
    if (!stale) return;
    store.remove(live);
  }
  store.create({
    apiVersion: "cert-manager.io/v1",
    kind: "CertificateRequest",
    metadata: {
      name: requestName(name, revision),
      namespace,
      annotations: {
        "cert-manager.io/certificate-name": name,
        "cert-manager.io/certificate-revision": String(revision),
        "sandbox/attempt": attemptOf(certificate),
      },
      ownerReferences: [{ apiVersion: certificate.apiVersion, kind: "Certificate", name, uid }],
    },
    spec: { ...wanted, request: "", usages: strings(spec["usages"]) },
  });
}

function revisionOf(certificate: KubernetesObject): number {
  const revision = at(certificate, "status", "revision");
  return typeof revision === "number" ? revision : 0;
}

function attemptOf(certificate: KubernetesObject): string {
  return text(at(certificate, "status", "lastFailureTime")) || "first";
}
