import type { ErrorCode } from "../../src/errors.ts";

/** One thing that is known to go wrong: the troubles that show it, or why no state can. */
export type KnownRow =
  | { what: string; seenAs: readonly string[] }
  /** `told`: the code of the command that meets it. */
  | { what: string; notByStatus: string; told: ErrorCode };

const WHILE_WRITING = "The API server says it of a write; status writes nothing.";
const BEFORE_READING = "Nothing can be read then: the command ends with it.";

/** What hurts people who set this up by hand: 1 to 25, none left out. */
export const pitfalls: Readonly<Record<number, KnownRow>> = {
  1: { what: "challenge pending, 404", seenAs: ["the challenge's path answers 404"] },
  2: {
    what: "works outside, fails inside",
    seenAs: ["it works from outside and not from inside"],
  },
  3: { what: "asked before the name existed", seenAs: ["asked before the name was there"] },
  4: { what: "a redirect breaks HTTP-01", seenAs: ["a redirect swallows the challenge"] },
  5: { what: "duplicate parentRefs", seenAs: ["two parentRefs of one Gateway"] },
  6: { what: "a ListenerSet without HTTP", seenAs: ["the solver's route is refused"] },
  7: { what: "CRDs after cert-manager", seenAs: ["CRDs after cert-manager"] },
  8: { what: "the webhook's race", seenAs: ["the webhook is not up"] },
  9: { what: "hidden back-off", seenAs: ["hidden back-off"] },
  10: { what: "the staging certificate stays", seenAs: ["the staging certificate stays"] },
  11: { what: "rate limits", seenAs: ["the CA's limits"] },
  12: {
    what: "failures at the CA",
    seenAs: [
      "the CA does not get through",
      "one of the CA's places is shut out",
      "a CAA record",
      "the CA does not find the name",
    ],
  },
  13: {
    what: "ExternalDNS says nothing",
    seenAs: [
      "ExternalDNS passes over the route and says nothing",
      "ExternalDNS writes nothing, or elsewhere",
    ],
  },
  14: { what: "the wrong zone", seenAs: ["every zone is written", "two zones of one name"] },
  15: { what: "ownership by TXT", seenAs: ["a record of somebody else"] },
  16: {
    what: "IRSA and Pod Identity",
    seenAs: [
      "a pod without its identity",
      "another role, or none",
      "a role that may not be assumed",
      "a role that may too little",
    ],
  },
  17: { what: "ExternalDNS 0.22", seenAs: ["annotations of another version"] },
  18: { what: "no or a private load balancer", seenAs: ["no or a private load balancer"] },
  19: {
    what: "an alarming, normal beginning",
    seenAs: ["alarming, and normal before the first certificate"],
  },
  20: { what: "listeners in conflict", seenAs: ["two listeners in conflict"] },
  21: { what: "CRDs of another version", seenAs: ["CRDs of another version"] },
  22: {
    what: "ownership by Helm",
    // Who manages a part breaks nothing that runs: it stops an installation, and check tells it.
    seenAs: ["parts that somebody else manages"],
  },
  // What runs goes on under it; the next installation stops, and check tells it.
  23: { what: "a stuck release", seenAs: ["a stuck release"] },
  24: {
    what: "the wrong cluster",
    notByStatus: "It would judge another cluster: every command compares endpoints and ends.",
    told: "GT-CLUSTER-MISMATCH",
  },
  25: {
    what: "a bad uninstall",
    seenAs: ["a challenge held by its finalizer", "a namespace that is being deleted"],
  },
};

/** Failures of DNS and CA policy (21 to 23), Kubernetes (24 to 37) and ACME (45 to 49). */
export const failures: Readonly<Record<number, KnownRow>> = {
  21: { what: "not delegated", seenAs: ["a zone that nobody delegates to"] },
  22: { what: "broken DNSSEC", seenAs: ["broken DNSSEC"] },
  23: { what: "CAA prevents issuance", seenAs: ["a CAA record"] },
  24: { what: "no such context", notByStatus: BEFORE_READING, told: "GT-CONTEXT-NOT-FOUND" },
  25: { what: "unreachable", notByStatus: BEFORE_READING, told: "GT-CLUSTER-UNREACHABLE" },
  26: { what: "not logged in", notByStatus: BEFORE_READING, told: "GT-CLUSTER-UNAUTHORIZED" },
  27: { what: "forbidden", seenAs: ["rights that are lacking"] },
  28: {
    what: "no credential plugin",
    notByStatus: BEFORE_READING,
    told: "GT-CREDENTIAL-PLUGIN-MISSING",
  },
  29: {
    what: "CRDs of others",
    seenAs: ["CRDs of another version", "parts that somebody else manages"],
  },
  30: { what: "experimental CRDs", notByStatus: WHILE_WRITING, told: "GT-CRD-CHANNEL" },
  31: { what: "an unsupported CRD version", seenAs: ["CRDs of another version"] },
  32: { what: "a conflict of fields", notByStatus: WHILE_WRITING, told: "GT-FIELD-CONFLICT" },
  33: { what: "a webhook that is not up", seenAs: ["the webhook is not up"] },
  34: { what: "a webhook that times out", seenAs: ["the webhook is not up"] },
  35: {
    what: "a webhook without dry runs",
    notByStatus: WHILE_WRITING,
    told: "GT-WEBHOOK-NO-DRY-RUN",
  },
  36: { what: "a namespace on its way out", seenAs: ["a namespace that is being deleted"] },
  37: {
    what: "changed in between",
    notByStatus: WHILE_WRITING,
    told: "GT-OBJECT-CHANGED",
  },
  45: { what: "rate limits", seenAs: ["the CA's limits"] },
  46: { what: "a refused address", seenAs: ["an address that the CA does not take"] },
  47: { what: "a forbidden name", seenAs: ["a name that the CA never serves"] },
  48: { what: "waiting for propagation", seenAs: ["the challenge's path answers 404"] },
  49: { what: "a firewall before port 80", seenAs: ["the CA does not get through"] },
};
