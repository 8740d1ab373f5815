import type { TroubleRow } from "./trouble-row.ts";

/** What goes wrong between the CA, DNS and the host. */
export const networkTroubles: Record<string, TroubleRow | readonly TroubleRow[]> = {
  // The challenge
  "the challenge's path answers 404": {
    link: "challenge",
    code: "GT-CHALLENGE-WRONG-ANSWER",
    states: ["challenge-404", "challenge-no-solver-route"],
  },
  "the solver's pod does not start": {
    link: "challenge",
    code: "GT-SOLVER-NOT-READY",
    states: ["challenge-solver-not-ready", "challenge-solver-absent"],
  },
  "the solver's route is refused": {
    link: "challenge",
    code: "GT-SOLVER-ROUTE-REFUSED",
    states: ["challenge-route-refused", "challenge-on-listener-set"],
  },
  "it works from outside and not from inside": {
    link: "challenge",
    code: "GT-CHALLENGE-HAIRPIN",
    states: ["challenge-hairpin", "challenge-split-dns"],
  },
  "a challenge that nobody decides": [
    {
      link: "challenge",
      code: "GT-CHALLENGE-STUCK",
      states: ["challenge-stuck", "challenge-never-made"],
    },
    { link: "challenge", states: ["challenge-in-line", "challenge-vanished"] },
  ],
  "a redirect swallows the challenge": {
    link: "challenge",
    code: "GT-REDIRECT-BREAKS-CHALLENGE",
    states: ["challenge-redirected"],
  },
  "two parentRefs of one Gateway": {
    link: "challenge",
    code: "GT-SOLVER-NOT-PRESENTED",
    states: ["challenge-duplicate-parents", "challenge-gateway-api-off"],
  },
  "a challenge held by its finalizer": {
    link: "challenge",
    code: "GT-OBJECT-DELETING",
    states: ["challenge-deleting"],
  },
  // The CA
  "the CA does not get through": {
    link: "challenge",
    code: "GT-ACME-UNREACHABLE",
    states: ["challenge-firewall"],
  },
  "one of the CA's places is shut out": {
    link: "challenge",
    code: "GT-ACME-SECONDARY",
    states: ["challenge-geo-blocked"],
  },
  "the CA does not find the name": {
    link: "challenge",
    code: "GT-ACME-DNS",
    states: ["challenge-nxdomain"],
  },
  "the CA's limits": {
    link: "order",
    code: "GT-ACME-RATE-LIMITED",
    states: [
      "order-rate-limited",
      "order-failed-authorizations",
      "certificate-renewal-fails",
      "certificate-limit-passed",
    ],
  },
  "a name that the CA never serves": {
    link: "order",
    code: "GT-ACME-FORBIDDEN",
    states: ["order-forbidden-name"],
  },
  "an address that the CA does not take": {
    link: "issuer",
    code: "GT-ACME-EMAIL",
    states: ["issuer-email", "hand-made-local-issuer-refused"],
  },
  "a CAA record": [
    {
      link: "caa",
      code: "GT-CAA-FORBIDS",
      states: ["caa-forbids", "caa-other-method", "caa-critical"],
    },
    { link: "caa", code: "GT-CAA-ACCOUNT", states: ["caa-other-account"] },
    { link: "challenge", code: "GT-CAA-FORBIDS", states: ["challenge-caa"] },
    { check: "caa", code: "GT-CAA-FORBIDS" },
  ],
  // DNS
  "asked before the name was there": [
    { link: "record", code: "GT-DNS-NEGATIVE-CACHE", states: ["record-cached-as-missing"] },
    { link: "challenge", states: ["challenge-no-such-host"] },
  ],
  "a zone that nobody delegates to": [
    {
      link: "delegation",
      code: "GT-ZONE-NOT-DELEGATED",
      states: ["zone-undelegated", "zone-parked", "zone-mixed"],
    },
    { check: "delegation", code: "GT-ZONE-NOT-DELEGATED" },
  ],
  "broken DNSSEC": [
    { link: "delegation", code: "GT-ZONE-DNSSEC", states: ["zone-dnssec"] },
    { link: "challenge", code: "GT-ZONE-DNSSEC", states: ["challenge-servfail"] },
    { check: "dnssec", code: "GT-ZONE-DNSSEC" },
  ],
  "name servers that do not answer for the zone": [
    { link: "delegation", code: "GT-ZONE-BROKEN", states: ["zone-broken"] },
    {
      link: "record",
      code: "GT-DNS-UNREACHABLE",
      states: ["record-not-seen", "record-servers-fail"],
    },
    { check: "dnssec", code: "GT-ZONE-BROKEN" },
  ],
  "two zones of one name": [
    { link: "delegation", code: "GT-ZONE-TWINS", states: ["zone-twin"] },
    { check: "zone", code: "GT-ZONE-TWINS" },
  ],
  "a record of somebody else": [
    {
      link: "record",
      code: "GT-RECORD-FOREIGN",
      states: ["record-of-another", "record-by-hand", "record-stray-ipv6"],
    },
    { link: "external-dns-identity", code: "GT-RECORD-FOREIGN", states: ["record-in-the-way"] },
    { check: "records", code: "GT-RECORD-FOREIGN" },
  ],
};
