import { createHash } from "node:crypto";

/** A CertificateRequest's name: the Certificate's and the revision that it will be. */
export function requestName(certificate: string, revision: number): string {
  return `${certificate}-${revision}`;
}

/** `name-1234567890`: cert-manager hashes what the child is about. */
export function childName(parent: string, about: string): string {
  const hash = createHash("sha256").update(about).digest().readUInt32BE(0);
  return `${parent}-${hash}`;
}

/** Is an ACME directory Let's Encrypt's staging one, or any that calls itself so. */
export function isStaging(server: string): boolean {
  return /staging/i.test(server);
}
