import { generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { isIPv4 } from "node:net";

/** A certificate made at test time, and its key. */
export interface Issued {
  /** PEM. */
  certificate: string;
  /** PEM, PKCS #8. */
  key: string;
}

export interface Authority extends Issued {
  issue(
    names: readonly string[],
    options?: { commonName?: string; days?: number; validity?: Validity },
  ): Issued;
  /** A CA whose own certificate is of this one; what it issues comes with that behind it. */
  certifyIntermediate(commonName: string): Authority;
}

export interface Validity {
  notBefore: Date;
  notAfter: Date;
}

const hour = 3_600_000;
const day = 24 * hour;

/** A self-signed CA that issues server certificates (ECDSA P-256, X.509 v3, RFC 5280). */
export function createAuthority(commonName = "Test Root"): Authority {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = certify(
    { issuer: commonName, subject: commonName, validity: lasting(3650) },
    keys,
    keys,
  );
  return authorityOf(commonName, keys, certificate, "");
}

type Keys = { publicKey: KeyObject; privateKey: KeyObject };

/** `chain`: PEM that is appended to what it issues. */
function authorityOf(issuer: string, keys: Keys, certificate: string, chain: string): Authority {
  return {
    certificate,
    key: exportKey(keys.privateKey),
    issue(names, { commonName, days = 90, validity = lasting(days) } = {}) {
      const leaf = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const subject = commonName ?? names[0] ?? "";
      const issued = certify({ issuer, subject, validity, names }, leaf, keys);
      return { certificate: issued + chain, key: exportKey(leaf.privateKey) };
    },
    certifyIntermediate(commonName) {
      const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const issued = certify({ issuer, subject: commonName, validity: lasting(1800) }, own, keys);
      return authorityOf(commonName, own, issued, issued + chain);
    },
  };
}

/** With `names` a server's certificate, without them a CA's; PEM. */
function certify(
  about: { issuer: string; subject: string; validity: Validity; names?: readonly string[] },
  { publicKey }: Keys,
  signer: Keys,
): string {
  const { issuer, subject, validity, names } = about;
  const extensions =
    names === undefined
      ? [basicConstraints(true)]
      : [basicConstraints(false), subjectAltName(names)];
  return toPem(buildCertificate({ issuer, subject, publicKey, validity, extensions }, signer));
}

interface Content {
  issuer: string;
  subject: string;
  publicKey: KeyObject;
  validity: Validity;
  extensions: Buffer[];
}

/** From an hour ago; negative for one that has expired. */
function lasting(days: number): Validity {
  const end = Date.now() + days * day;
  return { notBefore: new Date(Math.min(Date.now() - hour, end - hour)), notAfter: new Date(end) };
}

function buildCertificate(content: Content, signer: { privateKey: KeyObject }): Buffer {
  const algorithm = sequence(oid("2a8648ce3d040302"));
  const { notBefore, notAfter } = content.validity;
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name(content.issuer),
    sequence(time(notBefore), time(notAfter)),
    name(content.subject),
    content.publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...content.extensions)),
  );
  const signature = sign("sha256", body, signer.privateKey);
  return sequence(body, algorithm, der(0x03, Buffer.from([0]), signature));
}

function basicConstraints(authority: boolean): Buffer {
  const value = authority ? sequence(der(0x01, Buffer.from([0xff]))) : sequence();
  return sequence(oid("551d13"), der(0x01, Buffer.from([0xff])), der(0x04, value));
}

function subjectAltName(names: readonly string[]): Buffer {
  const entries = names.map((entry) =>
    isIPv4(entry)
      ? der(0x87, Buffer.from(entry.split(".").map(Number)))
      : der(0x82, Buffer.from(entry)),
  );
  return sequence(oid("551d11"), der(0x04, sequence(...entries)));
}

function name(commonName: string): Buffer {
  if (commonName === "") return sequence();
  return sequence(der(0x31, sequence(oid("550403"), der(0x0c, Buffer.from(commonName)))));
}

function time(at: Date): Buffer {
  const digits = at.toISOString().replaceAll(/\D/g, "").slice(0, 14);
  return der(0x18, Buffer.from(`${digits}Z`));
}

const oid = (hex: string) => der(0x06, Buffer.from(hex, "hex"));
const sequence = (...parts: Buffer[]) => der(0x30, ...parts);

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const head = length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function toPem(bytes: Buffer): string {
  const lines = bytes.toString("base64").replaceAll(/.{1,64}/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
}

function exportKey(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
