import { expect, test } from "vitest";
import { known } from "../../src/facts/fact.ts";
import * as good from "./build-facts.ts";
import { unread } from "./build-facts.ts";
import { type PreflightCase, runCase } from "./preflight-case.ts";

const caa = (value: string, parameters: Record<string, string> = {}) => [
  known({
    hostname: "www.example.com",
    foundAt: "example.com",
    records: [{ critical: false, tag: "issue", value, parameters }],
    failedAt: undefined,
  }),
];

const twin = { id: "Z2", name: "example.com", private: false };

const record = { name: "www.example.com", type: "A", values: ["192.0.2.1"] };

const cases: PreflightCase[] = [
  {
    what: "the zone is absent",
    facts: {
      zone: known({
        ...good.zoneFact,
        zone: undefined,
        candidates: [],
        publicZones: [{ ...twin, name: "exmple.com" }],
      }),
    },
    expected: ["zone failed GT-ZONE-NOT-FOUND"],
    hint: /--domain exmple\.com/,
  },
  {
    what: "two public zones have the name",
    facts: { zone: known({ ...good.zoneFact, zone: undefined, candidates: [good.zone, twin] }) },
    expected: ["zone failed GT-ZONE-TWINS"],
    says: /Z1 and Z2.*could not be seen/,
    hint: /--zone-id/,
  },
  {
    what: "two public zones have the name, and one is delegated to",
    facts: {
      zone: known({
        ...good.zoneFact,
        zone: undefined,
        candidates: [good.zone, twin],
        delegated: twin,
      }),
    },
    expected: ["zone failed GT-ZONE-TWINS"],
    says: /The world asks Z2/,
    hint: /^Use --zone-id Z2,/,
  },
  {
    what: "--zone-id names a private zone",
    facts: { zone: known({ ...good.zoneFact, zone: undefined, zoneIdProblem: "private" }) },
    config: { zoneId: "Z9" },
    expected: ["zone failed GT-ZONE-ID"],
    says: /Z9 is private/,
    hint: /Z1 \(example\.com\)/,
  },
  {
    what: "a private zone has the name",
    facts: { zone: known({ ...good.zoneFact, privateZones: [{ ...twin, private: true }] }) },
    expected: ["private-zone warning GT-ZONE-PRIVATE"],
  },
  {
    what: "nobody delegates the zone",
    facts: { delegation: known({ ...good.delegation, delegated: [] }) },
    expected: ["delegation failed GT-ZONE-NOT-DELEGATED"],
    hint: /registrar of example\.com.*ns-1\.awsdns-01\.org, ns-2\.awsdns-02\.net/,
  },
  {
    what: "the zone is delegated elsewhere",
    facts: { delegation: known({ ...good.delegation, delegated: ["ns.other.net"] }) },
    expected: ["delegation failed GT-ZONE-NOT-DELEGATED"],
    says: /ns\.other\.net/,
  },
  {
    what: "a subdomain is not delegated from its parent in the same account",
    facts: {
      zone: known({ ...good.zoneFact, publicZones: [{ id: "ZP", name: "com", private: false }] }),
      delegation: known({ ...good.delegation, delegated: [] }),
    },
    expected: ["delegation failed GT-ZONE-NOT-DELEGATED"],
    hint: /hosted zone com \(ZP\) set: example\.com NS/,
  },
  {
    what: "a name server is missing at the parent",
    facts: { delegation: known({ ...good.delegation, delegated: good.nameServers.slice(1) }) },
    expected: ["delegation warning GT-ZONE-DELEGATION-PARTIAL"],
  },
  {
    what: "port 53 is blocked",
    facts: { delegation: unread("GT-DNS-UNREACHABLE"), caa: [unread("GT-DNS-UNREACHABLE")] },
    expected: ["delegation unknown GT-DNS-UNREACHABLE"],
  },
  {
    what: "the DS record is wrong",
    facts: { delegation: known({ ...good.delegation, ds: true, soaStatus: "SERVFAIL" }) },
    expected: ["dnssec failed GT-ZONE-DNSSEC"],
  },
  {
    what: "the DS record is wrong, seen through a resolver only",
    facts: {
      delegation: known({
        ...good.delegation,
        source: "recursive",
        delegated: [],
        ds: true,
        soaStatus: "SERVFAIL",
      }),
    },
    expected: ["dnssec failed GT-ZONE-DNSSEC"],
  },
  {
    what: "the resolver remembers the zone as missing",
    facts: { delegation: known({ ...good.delegation, soaStatus: "NXDOMAIN" }) },
    expected: ["dnssec warning GT-ZONE-CACHED"],
  },
  {
    what: "the resolver refuses the zone",
    facts: { delegation: known({ ...good.delegation, soaStatus: "REFUSED" }) },
    expected: ["dnssec unknown GT-DNS-UNREACHABLE"],
  },
  {
    what: "the name servers are lame",
    facts: { delegation: known({ ...good.delegation, soaStatus: "SERVFAIL" }) },
    expected: ["dnssec failed GT-ZONE-BROKEN"],
  },
  { what: "CAA names our CA", facts: { caa: caa("letsencrypt.org") }, expected: [] },
  {
    what: "CAA names another CA",
    facts: { caa: caa("sectigo.com") },
    expected: ["caa failed GT-CAA-FORBIDS"],
    says: /sectigo\.com, not letsencrypt\.org/,
    hint: /0 issue "letsencrypt\.org"/,
  },
  {
    what: "CAA allows DNS-01 only",
    facts: { caa: caa("letsencrypt.org", { validationmethods: "dns-01" }) },
    expected: ["caa failed GT-CAA-FORBIDS"],
    says: /http-01/,
  },
  {
    what: "CAA allows one account",
    facts: { caa: caa("letsencrypt.org", { accounturi: "https://a/1" }) },
    expected: ["caa warning GT-CAA-ACCOUNT"],
  },
  {
    what: "CAA is there and the CA is a private one",
    facts: { caa: caa("sectigo.com") },
    config: {
      acme: { server: "https://ca.corp.test/dir", stagingServer: "https://ca.corp.test/dir" },
    },
    expected: ["caa unknown GT-CAA-CA-UNKNOWN"],
  },
  {
    what: "the CAA question fails",
    facts: {
      caa: [
        known({
          hostname: "www.example.com",
          foundAt: undefined,
          records: [],
          failedAt: { name: "www.example.com", status: "SERVFAIL" },
        }),
      ],
    },
    expected: ["caa failed GT-CAA-UNREADABLE"],
  },
  {
    what: "a record without an owner is in the way",
    facts: {
      records: known([{ hostname: "www.example.com", records: [record], owner: undefined }]),
    },
    expected: ["records failed GT-RECORD-FOREIGN"],
    says: /www\.example\.com A/,
  },
  {
    what: "a record of another ExternalDNS is in the way",
    facts: {
      records: known([{ hostname: "www.example.com", records: [record], owner: "default" }]),
    },
    expected: ["records failed GT-RECORD-FOREIGN"],
    says: /"default"/,
  },
  {
    what: "our own record is there",
    facts: {
      records: known([
        { hostname: "www.example.com", records: [record], owner: good.names.txtOwner },
      ]),
    },
    expected: [],
  },
];

test.each(cases)("$what", (one) => {
  const { expected, seen } = runCase(one);
  expect(seen).toEqual(expected);
});
