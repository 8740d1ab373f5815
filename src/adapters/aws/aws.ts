import type { Caller, Clusters, HostedZones, Identity } from "../../ports/aws.ts";
import { createCaller } from "./caller.ts";
import { createClusters } from "./clusters.ts";
import { createIdentity } from "./identity.ts";
import { type AwsOptions, createServices } from "./services.ts";
import type { AwsCredentials } from "./token.ts";
import { createZones } from "./zones.ts";

/** One AWS account, in one region, as one caller. */
export interface Aws {
  caller: Caller;
  clusters: Clusters;
  identity: Identity;
  zones: HostedZones;
  /** For the cluster's token: renewed by the SDK when they are about to expire. */
  credentials(): Promise<AwsCredentials>;
  close(): Promise<void>;
}

/** Loads nothing of the SDK until a port is first asked; a failure is a classified UserError. */
export function createAws(options: AwsOptions): Aws {
  const services = createServices(options);
  const caller = createCaller(services);
  return {
    caller,
    clusters: createClusters(services, caller),
    identity: createIdentity(services, caller),
    zones: createZones(services),
    credentials: () => services.credentials(),
    async close() {
      services.close();
    },
  };
}
