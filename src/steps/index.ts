import { certManager } from "./cert-manager.ts";
import { certificate } from "./certificate.ts";
import { dnsRecord } from "./dns-record.ts";
import { externalDns } from "./external-dns.ts";
import { externalDnsIdentity } from "./external-dns-identity.ts";
import { gateway } from "./gateway.ts";
import { gatewayApiCrds } from "./gateway-api-crds.ts";
import { gatewayController } from "./gateway-controller.ts";
import { handshake } from "./handshake.ts";
import { httpsListener } from "./https-listener.ts";
import { issuers } from "./issuers.ts";
import { keptConfig } from "./kept-config.ts";
import { loadBalancer } from "./load-balancer.ts";
import { promotion } from "./promotion.ts";
import { redirect } from "./redirect.ts";
import { rehearsal } from "./rehearsal.ts";
import { routes } from "./routes.ts";
import type { Step } from "./step.ts";

/** The bring-up, in the order that a reader follows; each step says what it comes after. */
export const steps: readonly Step[] = [
  keptConfig,
  gatewayApiCrds,
  externalDnsIdentity,
  externalDns,
  gatewayController,
  certManager,
  issuers,
  gateway,
  routes,
  loadBalancer,
  dnsRecord,
  rehearsal,
  httpsListener,
  certificate,
  handshake,
  promotion,
  redirect,
];
