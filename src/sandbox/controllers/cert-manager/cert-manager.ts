import { at } from "../../fields.ts";
import type { Simulation } from "../../simulation.ts";
import { runningReleases } from "../releases.ts";
import { certificates } from "./certificates.ts";
import { challenges } from "./challenges.ts";
import { gatewayShim } from "./gateway-shim.ts";
import { issuers } from "./issuers.ts";
import { orders } from "./orders.ts";
import { certificateRequests } from "./requests.ts";

const GATEWAY = { apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway" };

/** cert-manager: issuers, Gateways' Certificates, and the way of each to its Secret. */
export function certManager(simulation: Simulation): void {
  const [running] = runningReleases(simulation, "cert-manager");
  if (running === undefined) return;
  const { values, namespace } = running.release;
  if (
    simulation.store.served({ apiVersion: "cert-manager.io/v1", kind: "Certificate" }) === undefined
  ) {
    return;
  }
  issuers(simulation, namespace);
  const gatewayApi =
    at(values, "config", "enableGatewayAPI") === true ||
    at(values, "config", "gatewayAPI", "enabled") === true;
  if (gatewayApi && simulation.store.served(GATEWAY) !== undefined) {
    gatewayShim(simulation, running.minor);
  }
  certificates(simulation);
  certificateRequests(simulation);
  orders(simulation);
  challenges(simulation, gatewayApi);
}
