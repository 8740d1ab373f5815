import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  parseCluster,
  parsePermissionsBoundary,
  parseRegion,
  parseZoneId,
} from "../../src/config/aws-names.ts";
import { formatBackend, parseBackend } from "../../src/config/backend.ts";
import { parseCaBundle } from "../../src/config/ca-bundle.ts";
import { parseDomain } from "../../src/config/domain.ts";
import { parseEmail } from "../../src/config/email.ts";
import { parseHostname, requireBelow } from "../../src/config/hostname.ts";
import { parseNamespace } from "../../src/config/kubernetes-name.ts";
import { parseAnnotation, parsePair } from "../../src/config/pairs.ts";
import {
  parseCount,
  parseOneOf,
  parsePath,
  parseSeconds,
  parseSwitch,
} from "../../src/config/plain-values.ts";
import { parseDnsServer, parseSource, parseUrl } from "../../src/config/sources.ts";
import { UsageError } from "../../src/errors.ts";

const strict = { anySuffix: false, letsEncrypt: true };
const lenient = { anySuffix: true, letsEncrypt: false };

async function messageOf(parse: () => unknown): Promise<string> {
  try {
    await parse();
  } catch (error) {
    if (error instanceof UsageError && error.exitCode === 2) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("domain", () => {
  test.each([
    ["Example.COM", "example.com"],
    ["shop.example.co.uk", "shop.example.co.uk"],
    ["bücher.example.com", "xn--bcher-kva.example.com"],
    ["xn--bcher-kva.de", "xn--bcher-kva.de"],
  ])("%s is %s", async (text, domain) => {
    expect(await parseDomain(text, strict)).toBe(domain);
  });

  test.each([
    ["example", "has no dot"],
    ["example.com.", "ends with a dot. Did you mean example.com?"],
    ["https://example.com/a", "Did you mean example.com?"],
    ["*.example.com", "wildcard"],
    ["-a.example.com", "-a"],
    ["a..example.com", "empty label"],
    ["ab--c.example.com", "xn-- only"],
    ["xn--zzzzzz-.example.com", "xn--zzzzzz-"],
    ["xn--a.example.com", "international"],
    ["a.b.c.d.e.f.g.h.i.example.com", "10 labels"],
    ["192.0.2.1", "IP address"],
    [`${"a".repeat(64)}.example.com`, "up to 63"],
    ["co.uk", "public suffix itself"],
    ["example.con", "Did you mean example.com?"],
    ["", "DNS can hold"],
  ])("%s is refused: %s", async (text, why) => {
    expect(await messageOf(() => parseDomain(text, strict))).toContain(why);
  });

  test("an unknown suffix is fine for a private CA", async () => {
    expect(await parseDomain("shop.corp.internal", lenient)).toBe("shop.corp.internal");
    expect(await messageOf(() => parseDomain("shop.corp.internal", strict))).toContain(".internal");
  });

  test("whatever is accepted is plain, and parses to itself", async () => {
    const texts = fc.oneof(fc.domain(), fc.string(), fc.webUrl(), fc.string({ unit: "grapheme" }));
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const domain = await parseDomain(text, lenient).catch((error: unknown) => {
          if (error instanceof UsageError) return undefined;
          throw error;
        });
        if (domain === undefined) return;
        expect(domain).toMatch(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/);
        expect(domain.length).toBeLessThanOrEqual(253);
        expect(await parseDomain(domain, lenient)).toBe(domain);
      }),
    );
  });
});

describe("email", () => {
  test("keeps the local part and lowers the domain", async () => {
    expect(await parseEmail("Ops+tls@Example.DE", strict)).toBe("Ops+tls@example.de");
  });

  test.each([
    ["ops", "one @"],
    ["a@b@example.de", "one @"],
    ["Ops <ops@example.de>", "Did you mean ops@example.de?"],
    ["ops?@example.de", "one bare address"],
    ["ops#1@example.de", "one bare address"],
    ["öps@example.de", "ASCII"],
    [".ops@example.de", "before the @"],
    ["ops@example", "has no dot"],
    ["ops@example.com", "Let's Encrypt refuses"],
    ["ops@mail.example.org", "Let's Encrypt refuses"],
  ])("%s is refused: %s", async (text, why) => {
    expect(await messageOf(() => parseEmail(text, strict))).toContain(why);
  });

  test("example.com is fine where the CA is another", async () => {
    expect(await parseEmail("ops@example.com", lenient)).toBe("ops@example.com");
  });
});

describe("host", () => {
  test("is the domain or below it", async () => {
    const names = ["example.com", "www.example.com", "a.b.example.com"];
    for (const name of names) requireBelow(parseHostname(name), "example.com");
    expect(await messageOf(() => requireBelow("www.example.org", "example.com"))).toContain(
      "Did you mean www.example.com?",
    );
    expect(await messageOf(() => requireBelow("badexample.com", "example.com"))).toContain("below");
    expect(await messageOf(() => parseHostname("*.example.com"))).toContain("wildcard");
  });
});

describe("backend", () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);

  test("is read back as it is written", () => {
    fc.assert(
      fc.property(label, label, fc.integer({ min: 1, max: 65_535 }), (namespace, service, port) => {
        const backend = { namespace, service, port };
        expect(parseBackend(formatBackend(backend))).toEqual(backend);
      }),
    );
  });

  test.each([
    ["web", "Did you mean default/web:80?"],
    ["shop/web", "Did you mean shop/web:80?"],
    ["Shop/web:8080", "Did you mean shop/web:8080?"],
    ["shop/web:0", "up to 65535."],
    ["shop/web:65536", "up to 65535."],
    ["a/b/c:80", "up to 65535."],
    ["shop/web:http", "up to 65535."],
  ])("%s is refused: %s", async (text, why) => {
    expect(await messageOf(() => parseBackend(text))).toContain(why);
  });
});

describe("the rest", () => {
  const oneOf = parseOneOf(["auto", "irsa"]);
  const pair = parsePair(["cert-manager"], parseSource);
  test.each<[string, (text: string) => unknown, unknown]>([
    ["/hostedzone/Z123", parseZoneId, "Z123"],
    ["demo_1-x", parseCluster, "demo_1-x"],
    ["us-gov-west-1", parseRegion, "us-gov-west-1"],
    [
      "arn:aws-cn:iam::123456789012:policy/a/b",
      parsePermissionsBoundary,
      "arn:aws-cn:iam::123456789012:policy/a/b",
    ],
    ["web", parseNamespace, "web"],
    ["/a/b-c", parsePath, "/a/b-c"],
    ["/", parsePath, "/"],
    ["90", parseSeconds, 90],
    ["300", parseCount, 300],
    ["on", parseSwitch, true],
    ["irsa", oneOf, "irsa"],
    ["oci://registry.example/charts/x", parseSource, "oci://registry.example/charts/x"],
    ["./charts/x.tgz", parseSource, "./charts/x.tgz"],
    ["cert-manager=/x=y", pair, ["cert-manager", "/x=y"]],
    ["a.b/c=d=e,f", parseAnnotation, ["a.b/c", "d=e,f"]],
    ["1.1.1.1:53", parseDnsServer, "1.1.1.1:53"],
    ["[2001:db8::1]:53", parseDnsServer, "[2001:db8::1]:53"],
    ["2001:db8::1", parseDnsServer, "2001:db8::1"],
    ["https://ca.example/dir", parseUrl, "https://ca.example/dir"],
  ])("%s is taken", (text, parse, value) => {
    expect(parse(text)).toEqual(value);
  });

  test.each<[string, (text: string) => unknown, string]>([
    ["z123", parseZoneId, "Did you mean Z123?"],
    [`Z${"1".repeat(32)}`, parseZoneId, "up to 32"],
    ["-demo", parseCluster, "first a letter"],
    ["d".repeat(101), parseCluster, "up to 100"],
    ["arn:aws:eks:eu-west-1:1:cluster/demo", parseCluster, "Did you mean demo?"],
    ["eu-west-1a", parseRegion, "Did you mean eu-west-1?"],
    ["policy", parsePermissionsBoundary, "arn:aws:iam"],
    ["My Shop", parseNamespace, "Did you mean my-shop?"],
    ["a", parsePath, "Did you mean /a?"],
    ["/a?b", parsePath, "begins with /"],
    ["/a/../b", parsePath, "begins with /"],
    ["5m", parseSeconds, "Did you mean 300?"],
    ["0", parseSeconds, "from 1"],
    ["1.5", parseCount, "whole number"],
    ["maybe", parseSwitch, "true or false"],
    ["isra", oneOf, "Did you mean irsa?"],
    ["--post-renderer=/bin/sh", parseSource, "hyphen"],
    ["ftp://x/y", parseSource, "oci://"],
    ["cert-manger=/x", pair, "Did you mean cert-manager?"],
    ["cert-manager", pair, "cert-manager=..."],
    ["a b=c", parseAnnotation, "annotation key"],
    ["1.1.1.1:99999", parseDnsServer, "HOST:PORT"],
    ["ca.example/dir", parseUrl, "Did you mean https://ca.example/dir?"],
  ])("%s is refused", async (text, parse, why) => {
    expect(await messageOf(() => parse(text))).toContain(why);
  });

  test("credentials in a URL are refused and not repeated", async () => {
    const message = await messageOf(() => parseUrl("https://user:hunter2@ca.example/dir"));
    expect(message).not.toContain("hunter2");
  });

  test("a CA bundle is PEM or a file of it", async () => {
    const pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    const readText = (path: string) =>
      path === "ca.pem" ? Promise.resolve(pem) : Promise.reject(new Error(path));
    expect(await parseCaBundle("ca.pem", { readText })).toBe(pem);
    expect(await parseCaBundle(pem, { readText })).toBe(pem);
    expect(await messageOf(() => parseCaBundle("no.pem", { readText }))).toContain(
      "cannot be read",
    );
  });
});
