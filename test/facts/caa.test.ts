import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { climb, findCaIdentity, judgeCaa, readCaa, type CaaRecord } from "../../src/facts/caa.ts";
import { FakeDns, records } from "./fakes/fake-dns.ts";

describe("readCaa", () => {
  test("climbs to the nearest name with records, and no further", async () => {
    const dns = new FakeDns({
      "www.example.com CAA": {},
      "example.com CAA": {
        answers: records(
          "example.com",
          "CAA",
          '0 issue "LetsEncrypt.org; validationmethods=http-01,dns-01"',
          '128 iodef "mailto:a@b"',
        ),
      },
    });
    const fact = await readCaa(dns, "www.example.com");
    expect(fact).toEqual({
      known: true,
      value: {
        hostname: "www.example.com",
        foundAt: "example.com",
        failedAt: undefined,
        records: [
          {
            critical: false,
            tag: "issue",
            value: "letsencrypt.org",
            parameters: { validationmethods: "http-01,dns-01" },
          },
          { critical: true, tag: "iodef", value: "mailto:a@b", parameters: {} },
        ],
      },
    });
    expect(dns.asked).toEqual(["www.example.com CAA", "example.com CAA"]);
  });

  test("finds nothing up to the top", async () => {
    const dns = new FakeDns({});
    expect(await readCaa(dns, "a.b.example")).toMatchObject({
      value: { foundAt: undefined, records: [] },
    });
    expect(dns.asked).toHaveLength(3);
  });

  test("a failed question is a finding, an unanswered one unknown", async () => {
    const failing = new FakeDns({ "www.example.com CAA": { status: "SERVFAIL" } });
    expect(await readCaa(failing, "www.example.com")).toMatchObject({
      value: { failedAt: { name: "www.example.com", status: "SERVFAIL" } },
    });
    const refusing = new FakeDns({ "*": { status: "REFUSED" } });
    expect(await readCaa(refusing, "www.example.com")).toMatchObject({
      error: { code: "GT-DNS-REFUSED" },
    });
    const silent = new FakeDns({ "*": { silent: true } });
    expect(await readCaa(silent, "www.example.com")).toMatchObject({ known: false });
  });
});

test("climbing ends at the top-level label", () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z0-9]{1,5}$/), { minLength: 1, maxLength: 8 }),
      (labels) => {
        const names = climb(labels.join("."));
        expect(names).toHaveLength(labels.length);
        expect(names.at(-1)).toBe(labels.at(-1));
        expect(climb(`*.${labels.join(".")}`)).toEqual(names);
      },
    ),
  );
});

const issue = (value: string, parameters: Record<string, string> = {}): CaaRecord => ({
  critical: false,
  tag: "issue",
  value,
  parameters,
});
const ca = "letsencrypt.org";

test.each<[string, CaaRecord[], object]>([
  ["none", [], { allowed: true }],
  ["ours among others", [issue("other.ca"), issue(ca)], { allowed: true, accounts: [] }],
  ["others only", [issue("other.ca")], { allowed: false, because: "ca" }],
  ["nobody", [issue("")], { allowed: false, because: "ca" }],
  ["for wildcards only", [{ ...issue("other.ca"), tag: "issuewild" }], { allowed: true }],
  [
    "ours by another method",
    [issue(ca, { validationmethods: "dns-01" })],
    { allowed: false, because: "method" },
  ],
  [
    "ours for one account",
    [issue(ca, { accounturi: "https://x/1" })],
    { allowed: true, accounts: ["https://x/1"] },
  ],
  [
    "ours for two accounts",
    [issue(ca, { accounturi: "https://x/1" }), issue(ca, { accounturi: "https://x/2" })],
    { allowed: true, accounts: ["https://x/1", "https://x/2"] },
  ],
  [
    "ours for one account, and for all",
    [issue(ca, { accounturi: "https://x/1" }), issue(ca)],
    { allowed: true, accounts: [] },
  ],
  [
    "an unknown critical property",
    [issue(ca), { critical: true, tag: "future", value: "", parameters: {} }],
    { allowed: false, because: "critical" },
  ],
])("CAA: %s", (_, found, expected) => {
  expect(judgeCaa(found, ca)).toMatchObject(expected);
});

test.each([
  ["https://acme-v02.api.letsencrypt.org/directory", ca],
  ["https://acme-staging-v02.api.letsencrypt.org/directory", ca],
  ["https://notletsencrypt.org/directory", undefined],
  ["https://ca.corp.example/acme", undefined],
  ["not a URL", undefined],
])("the CA of %s is %s", (server, expected) => {
  expect(findCaIdentity(server)).toBe(expected);
});
