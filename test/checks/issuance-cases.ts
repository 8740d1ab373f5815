import { known } from "../../src/facts/fact.ts";
import { delegation, unread } from "./build-facts.ts";
import * as good from "./build-status.ts";
import { condition } from "./build-status.ts";
import type { StatusCase } from "./status-cases.ts";

/** From the delegation to the handshake. */
export const issuanceCases: StatusCase[] = [
  {
    what: "the delegation was taken away",
    facts: { delegation: known({ ...delegation, delegated: ["ns.parking.net"] }) },
    verdict: "degraded",
    first: "Hosted zone delegated: failed",
  },
  {
    what: "the record is missing",
    facts: { hosts: good.sight({ addresses: [], missing: ["ns-1"] }) },
    verdict: "waiting",
    first: "Record at the zone's own servers: waiting",
  },
  {
    what: "the record is missing, and ExternalDNS is refused",
    facts: {
      hosts: good.sight({ addresses: [], missing: ["ns-1"] }),
      externalDnsLog: known([
        'level=error msg="Failed to do run once: AccessDenied: User: arn:aws:sts::1:assumed-role/node/i-1 is not authorized to perform: route53:ListHostedZones"',
      ]),
    },
    verdict: "degraded",
    first: "Record at the zone's own servers: failed",
  },
  {
    what: "the issuer is not registered",
    facts: {
      issuers: known([
        good.issuer([condition("Ready", "False", "ErrRegisterACMEAccount", "no such host")]),
      ]),
    },
    verdict: "degraded",
    first: "Issuer ready: failed",
    says: /ErrRegisterACMEAccount: no such host/,
  },
  {
    what: "cert-manager is gone",
    facts: { certManagers: known([]) },
    verdict: "degraded",
    first: "Issuer ready: failed",
  },
  {
    what: "cert-manager is starting",
    facts: { certManagers: known([{ ...good.certManager, ready: false }]) },
    verdict: "waiting",
    first: "Issuer ready: waiting",
  },
  {
    what: "the CA is rate-limiting",
    facts: {
      certificates: known([
        good.certificate({ conditions: [condition("Ready", "False", "DoesNotExist")] }),
      ]),
      challenges: known([good.challenge("errored", "429 urn:ietf:params:acme:error:rateLimited")]),
    },
    verdict: "degraded",
    first: "Certificate ready: failed",
    says: /rateLimited/,
  },
  {
    what: "the certificate expired",
    facts: { certificates: known([good.certificate({ notAfter: "2026-11-22T00:00:00Z" })]) },
    verdict: "degraded",
    first: "Certificate ready: failed",
  },
  {
    what: "the renewal is late",
    facts: { certificates: known([good.certificate({ renewalTime: "2026-11-20T00:00:00Z" })]) },
    verdict: "healthy",
    first: "Certificate ready: warning",
  },
  {
    what: "another certificate is served",
    facts: { hosts: good.sight({}, { names: ["default.example.net"] }) },
    verdict: "degraded",
    first: "Certificate served: failed",
  },
  {
    what: "the old certificate is still served",
    facts: { hosts: good.sight({}, { notAfter: "2026-12-01T00:00:00Z" }) },
    verdict: "waiting",
    first: "Certificate served: waiting",
  },
  {
    what: "the served chain is not trusted",
    facts: {
      hosts: good.sight({}, { trusted: false, untrustedReason: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }),
    },
    verdict: "degraded",
    first: "Certificate served: failed",
  },
  {
    what: "the served chain is of a private CA",
    config: {
      acme: { server: "https://ca.corp.test/dir", stagingServer: "https://ca.corp.test/dir" },
    },
    facts: { hosts: good.sight({}, { trusted: false, untrustedReason: "SELF_SIGNED" }) },
    verdict: "healthy",
    first: "Certificate served: warning",
  },
  {
    what: "no AWS credentials: the rest is still checked",
    facts: { delegation: unread("GT-AWS-CREDENTIALS") },
    verdict: "unknown",
    first: "Hosted zone delegated: unknown",
  },
  {
    what: "no AWS credentials, and a broken route",
    facts: { delegation: unread("GT-AWS-CREDENTIALS"), routes: known([]) },
    verdict: "degraded",
    first: "Route accepted, backend ready: failed",
  },
];
