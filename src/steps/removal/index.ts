import { keptConfig } from "../kept-config.ts";
import type { Step } from "../step.ts";
import { certificateRemoval } from "./certificates.ts";
import { certManagerRemoval, controllerRemoval, externalDnsRemoval } from "./charts.ts";
import { crdRemoval } from "./crds.ts";
import { gatewayRemoval } from "./gateway.ts";
import { identityRemoval } from "./identity.ts";
import { issuerRemoval } from "./issuers.ts";
import { keptConfigRemoval } from "./kept-config.ts";
import { namespaceRemoval } from "./namespaces.ts";
import { recordRemoval } from "./records.ts";
import { routeRemoval } from "./routes.ts";

/** The way down, in an order that leaves no orphan; each step says what it comes after. */
export const removalSteps: readonly Step[] = [
  certificateRemoval,
  routeRemoval,
  recordRemoval,
  gatewayRemoval,
  externalDnsRemoval,
  controllerRemoval,
  certManagerRemoval,
  issuerRemoval,
  identityRemoval,
  crdRemoval,
  namespaceRemoval,
  keptConfigRemoval,
];

/**
 * What `remove-host` takes away, for the hosts that leave. The kept config names them until all of
 * it is gone, so that a killed run is known to be unfinished.
 */
export const hostRemovalSteps: readonly Step[] = [
  certificateRemoval,
  routeRemoval,
  recordRemoval,
  { ...issuerRemoval, title: "Secrets", after: ["certificate"] },
  { ...keptConfig, after: ["dns-record", "issuers"] },
];
