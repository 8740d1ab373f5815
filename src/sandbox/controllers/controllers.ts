import type { Controller } from "../simulation.ts";
import { apiServer } from "./api-server.ts";
import { certManager } from "./cert-manager/cert-manager.ts";
import { endpoints } from "./endpoints.ts";
import { externalDns } from "./external-dns/sync.ts";
import { loadBalancers } from "./load-balancers.ts";
import { nginxGatewayFabric } from "./nginx/fabric.ts";
import { workloads } from "./workloads.ts";

/** Everything that acts in the sandbox's cluster by itself. */
export const controllers: readonly Controller[] = [
  apiServer,
  workloads,
  endpoints,
  loadBalancers,
  nginxGatewayFabric,
  externalDns,
  certManager,
];
