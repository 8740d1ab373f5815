import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import * as tls from "node:tls";
import { UsageError } from "../errors.ts";
import type { ServedCertificate } from "../ports/network.ts";

/**
 * What Node trusts by default and the given PEM, as a context that is made once, when it is first
 * needed. A `ca` option alone would replace the defaults. What is no PEM is `GT-TRUST-CA`.
 */
export function createTrust(trustCa: string): () => tls.SecureContext {
  if (!isCertificate(trustCa)) {
    throw new UsageError("GT-TRUST-CA", "The file of --trust-ca holds no certificate.", {
      hint: "Give a PEM file with one or more certificates (-----BEGIN CERTIFICATE-----).",
    });
  }
  let context: tls.SecureContext | undefined;
  return () => (context ??= tls.createSecureContext({ ca: [...findDefaultRoots(), trustCa] }));
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}

/** tls.getCACertificates is there from Node 22.15; `rootCertificates` lacks NODE_EXTRA_CA_CERTS. */
function findDefaultRoots(): readonly string[] {
  if ("getCACertificates" in tls && typeof tls.getCACertificates === "function") {
    const roots: string[] = tls.getCACertificates("default");
    return roots;
  }
  const extra = process.env["NODE_EXTRA_CA_CERTS"];
  return extra === undefined || extra === ""
    ? tls.rootCertificates
    : [...tls.rootCertificates, readFileSync(extra, "utf8")];
}

/** What a finished handshake shows, and Node's verdict on its chain and its name. */
export function readCertificate(socket: tls.TLSSocket): ServedCertificate {
  const certificate = socket.getPeerCertificate();
  if (certificate.raw === undefined) throw new Error("the server sent no certificate");
  const names = readNames(certificate.subjectaltname);
  return {
    subject: firstOf(certificate.subject?.CN) ?? names[0] ?? "",
    issuer: firstOf(certificate.issuer?.CN) ?? firstOf(certificate.issuer?.O) ?? "",
    names,
    notBefore: new Date(certificate.valid_from).toISOString(),
    notAfter: new Date(certificate.valid_to).toISOString(),
    fingerprint: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
    trusted: socket.authorized,
    untrustedReason: socket.authorized ? undefined : reasonOf(socket),
  };
}

/** Node sets a code (a string), although its types say Error. */
function reasonOf({ authorizationError }: tls.TLSSocket): string {
  const reason: unknown = authorizationError;
  return reason instanceof Error ? reason.message : String(reason);
}

/** `DNS:a.example, IP Address:192.0.2.1` */
function readNames(subjectAltName: string | undefined): string[] {
  return (subjectAltName ?? "")
    .split(", ")
    .filter((entry) => entry.startsWith("DNS:"))
    .map((entry) => entry.slice("DNS:".length).toLowerCase());
}

/** A name with several values of one kind is given as an array. */
function firstOf(value: string | string[] | undefined): string | undefined {
  return [value].flat()[0];
}
