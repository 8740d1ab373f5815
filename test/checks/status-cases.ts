import type { Config } from "../../src/config/config.ts";
import { known } from "../../src/facts/fact.ts";
import type { StatusFacts } from "../../src/facts/status-facts.ts";
import * as good from "./build-status.ts";
import { condition } from "./build-status.ts";

/** A state of the world, its verdict, and the first link that is not well. */
export interface StatusCase {
  what: string;
  facts?: Partial<StatusFacts>;
  config?: Partial<Config>;
  verdict: "healthy" | "waiting" | "degraded" | "unknown";
  /** The first link that is not well: `link: state`, and its reason. */
  first?: string;
  says?: RegExp;
}

const unresolved = condition("ResolvedRefs", "False", "InvalidCertificateRef", "no Secret");

/** From the installation to the route. */
export const routingCases: StatusCase[] = [
  { what: "all is well", verdict: "healthy" },
  {
    what: "no installation",
    facts: { keptConfig: known(undefined) },
    verdict: "degraded",
    first: "Installation found: failed",
  },
  {
    what: "the CRDs were changed to another minor",
    facts: {
      crds: known({
        gatewayApi: {
          names: [],
          versions: ["1.6.0"],
          channel: "standard",
          owner: { ours: false, name: "kubectl" },
          notEstablished: [],
        },
        certManager: undefined,
        nginxGatewayFabric: undefined,
      }),
    },
    verdict: "degraded",
    first: "Gateway API CRDs served: failed",
    says: /1\.6\.0.*1\.5\.1/,
  },
  {
    what: "ExternalDNS is starting",
    facts: { externalDns: known(good.deployment("external-dns", 0)) },
    verdict: "waiting",
    first: "ExternalDNS running: waiting",
  },
  {
    what: "ExternalDNS never gets ready",
    facts: {
      externalDns: known(
        good.deployment("external-dns", 0, {
          conditions: [condition("Progressing", "False", "ProgressDeadlineExceeded", "timed out")],
        }),
      ),
    },
    verdict: "degraded",
    first: "ExternalDNS running: failed",
    says: /timed out/,
  },
  {
    what: "ExternalDNS is gone",
    facts: { externalDns: known(undefined) },
    verdict: "degraded",
    first: "ExternalDNS running: failed",
  },
  {
    what: "the Gateway is gone",
    facts: { gateway: known(undefined) },
    verdict: "degraded",
    first: "Gateway programmed, with an address: failed",
  },
  {
    what: "no load balancer address",
    facts: { gateway: known(good.gateway({ status: { addresses: [] } })) },
    verdict: "degraded",
    first: "Gateway programmed, with an address: failed",
  },
  {
    what: "the Gateway was just changed",
    facts: {
      gateway: known(
        good.gateway({ status: { conditions: [condition("Accepted", "True", "", "", 0)] } }),
      ),
    },
    verdict: "waiting",
    first: "Gateway programmed, with an address: waiting",
  },
  {
    what: "the listener is gone",
    facts: { gateway: known(good.gateway({ spec: { listeners: [] } })) },
    verdict: "degraded",
    first: "Listener of the host ready: failed",
  },
  {
    what: "before the first issuance",
    facts: {
      gateway: known(
        good.gateway({ listener: [condition("Accepted", "False", "Invalid"), unresolved] }),
      ),
      certificates: known([
        good.certificate({
          conditions: [condition("Ready", "False", "DoesNotExist", "Issuing certificate")],
        }),
      ]),
      challenges: known([good.challenge("pending", "Waiting for HTTP-01 challenge propagation")]),
    },
    verdict: "waiting",
    first: "Listener of the host ready: waiting",
    says: /expected until the first issuance/,
  },
  {
    what: "two listeners conflict",
    facts: {
      gateway: known(
        good.gateway({
          listener: [condition("Conflicted", "True", "HostnameConflict", "same hostname")],
        }),
      ),
    },
    verdict: "degraded",
    first: "Listener of the host ready: failed",
    says: /HostnameConflict: same hostname/,
  },
  {
    what: "the backend does not resolve",
    facts: {
      routes: known([
        good.route([condition("ResolvedRefs", "False", "BackendNotFound", "no Service web")]),
      ]),
    },
    verdict: "degraded",
    first: "Route accepted, backend ready: failed",
    says: /BackendNotFound/,
  },
  {
    what: "the backend has no ready pod",
    facts: { endpointSlices: known([good.endpoints(false)]) },
    verdict: "degraded",
    first: "Route accepted, backend ready: failed",
    says: /shop\/web has no ready pod/,
  },
];
