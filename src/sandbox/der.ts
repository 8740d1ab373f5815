/** As much of DER (X.690) as a certificate needs. */
export function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content)]), content]);
}

function lengthOf({ length }: Buffer): number[] {
  if (length < 0x80) return [length];
  const octets = length < 0x100 ? [length] : [length >> 8, length & 0xff];
  return [0x80 + octets.length, ...octets];
}

/** SEQUENCE. */
export const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);

/** OCTET STRING. */
export const octets = (content: Buffer): Buffer => der(0x04, content);

/** BIT STRING of whole bytes: none of the last one's bits is unused. */
export const bits = (content: Buffer): Buffer => der(0x03, Buffer.from([0]), content);

/** `hex`: its encoded content. */
export const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));

/** INTEGER, not negative. */
export function integer(value: number): Buffer {
  const hex = value.toString(16);
  const digits = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  // A first bit that is set would mean a negative number.
  return der(0x02, (digits[0] ?? 0) < 0x80 ? digits : Buffer.concat([Buffer.from([0]), digits]));
}

/** GeneralizedTime, to the second. */
export function moment(iso: string): Buffer {
  const digits = new Date(iso).toISOString().replaceAll(/\D/g, "").slice(0, 14);
  return der(0x18, Buffer.from(`${digits}Z`));
}

/** A distinguished name of a common name alone. */
export const commonName = (text: string): Buffer =>
  sequence(der(0x31, sequence(oid("550403"), der(0x0c, Buffer.from(text)))));
