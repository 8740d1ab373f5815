import type { Simulation } from "../../simulation.ts";
import { isSharedDataPlane } from "../../charts/nginx-gateway-fabric.ts";
import { at, text } from "../../fields.ts";
import { isTrue } from "../../conditions.ts";
import { runningReleases } from "../releases.ts";
import { dataPlaneService } from "./data-plane.ts";
import { reportGateway } from "./gateway-status.ts";
import { judgeListeners } from "./listeners.ts";
import { reportRoutes } from "./routes.ts";
import { reportGatewayClass } from "./gateway-class.ts";

/** NGINX Gateway Fabric: its class, then the class's Gateways, then their routes. */
export function nginxGatewayFabric(simulation: Simulation): void {
  const [running] = runningReleases(simulation, "nginx-gateway-fabric");
  if (running === undefined) return;
  const { release } = running;
  const { store } = simulation;
  if (store.served({ apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway" }) === undefined)
    return;
  const className = text(at(release.values, "nginxGateway", "gatewayClassName")) || "nginx";
  const gatewayClass = store.findKind("GatewayClass", className);
  if (gatewayClass === undefined) return;
  if (!isTrue(reportGatewayClass(simulation, gatewayClass, release.appVersion), "Accepted")) return;
  const shared = isSharedDataPlane(release.chartVersion);
  const gateways = store
    .all("Gateway")
    .filter((gateway) => at(gateway, "spec", "gatewayClassName") === className)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  // The 1.x line serves the oldest Gateway only.
  for (const gateway of shared ? gateways.slice(0, 1) : gateways) {
    const service = dataPlaneService(simulation, gateway, { release, className, shared });
    const verdicts = judgeListeners(simulation, gateway);
    const routes = reportRoutes(simulation, gateway, verdicts);
    reportGateway(simulation, gateway, { verdicts, routes, service });
  }
}
