import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { certificateText, fingerprintOf } from "../../src/sandbox/certificate-text.ts";

const issued = {
  issuer: "(STAGING) Pretend Pear X1",
  names: ["www.example.com", "api.example.com"],
  notBefore: "2026-11-23T11:03:36.500Z",
  notAfter: "2027-02-21T11:03:36.500Z",
  trusted: false,
};

test("what the sandbox issues reads as a certificate", () => {
  const pem = certificateText(issued, 7);
  const read = new X509Certificate(pem);
  expect(read.issuer).toBe("CN=(STAGING) Pretend Pear X1");
  expect(read.subjectAltName).toBe("DNS:www.example.com, DNS:api.example.com");
  expect(new Date(read.validFrom).toISOString()).toBe("2026-11-23T11:03:36.000Z");
  expect(new Date(read.validTo).toISOString()).toBe("2027-02-21T11:03:36.000Z");
  expect(read.fingerprint256.replaceAll(":", "").toLowerCase()).toBe(fingerprintOf(pem));
});

test("of any number, with any number of names, and no two the same", () => {
  const names = fc.array(fc.domain(), { minLength: 1, maxLength: 64 });
  fc.assert(
    fc.property(names, fc.integer({ min: 1, max: 1_000_000 }), (all, serial) => {
      const pem = certificateText({ ...issued, names: all }, serial);
      const read = new X509Certificate(pem);
      expect(Number.parseInt(read.serialNumber, 16)).toBe(serial);
      expect(read.subjectAltName?.split(", ")).toEqual(all.map((name) => `DNS:${name}`));
      expect(certificateText({ ...issued, names: all }, serial + 1)).not.toBe(pem);
    }),
  );
});
