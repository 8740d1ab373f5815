import { createHash } from "node:crypto";
import type { IssuedCertificate } from "./world-state.ts";

/** A certificate in PEM's shape. */
export function certificateText(certificate: IssuedCertificate, serial: number): string {
  const body = Buffer.from(JSON.stringify({ ...certificate, serial })).toString("base64");
  const lines = body.match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

/** SHA-256 of the DER, lower-case hex. */
export function fingerprintOf(pem: string): string {
  const body = pem.replaceAll(/-----[^-]+-----/g, "").replaceAll(/\s/g, "");
  return createHash("sha256").update(Buffer.from(body, "base64")).digest("hex");
}
