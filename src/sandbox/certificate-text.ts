import { createHash } from "node:crypto";
import { bits, commonName, der, integer, moment, octets, oid, sequence } from "./der.ts";
import type { IssuedCertificate } from "./world-state.ts";

const ED25519 = sequence(oid("2b6570"));

/**
 * A certificate that reads as one, PEM: for its names, of its issuer, for its time. Nobody has its
 * key, and nobody signed it; whether it is trusted the world knows by its fingerprint.
 */
export function certificateText(certificate: IssuedCertificate, serial: number): string {
  const body = build(certificate, serial).toString("base64");
  const lines = body.match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

/** RFC 5280, section 4.1. */
function build({ names, issuer, notBefore, notAfter }: IssuedCertificate, serial: number): Buffer {
  const entries = names.map((name) => der(0x82, Buffer.from(name)));
  const alternatives = sequence(oid("551d11"), octets(sequence(...entries)));
  const key = createHash("sha256").update(String(serial)).digest();
  const content = sequence(
    der(0xa0, integer(2)),
    integer(serial),
    ED25519,
    commonName(issuer),
    sequence(moment(notBefore), moment(notAfter)),
    commonName(names[0] ?? ""),
    sequence(ED25519, bits(key)),
    der(0xa3, sequence(alternatives)),
  );
  const signature = createHash("sha512").update(content).digest();
  return sequence(content, ED25519, bits(signature));
}

/** SHA-256 of the DER, lower-case hex. */
export function fingerprintOf(pem: string): string {
  const body = pem.replaceAll(/-----[^-]+-----/g, "").replaceAll(/\s/g, "");
  return createHash("sha256").update(Buffer.from(body, "base64")).digest("hex");
}
