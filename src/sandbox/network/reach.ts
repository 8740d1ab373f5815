import type { KubernetesObject } from "../../ports/kubernetes.ts";
import type { Simulation } from "../simulation.ts";

/** From where a connection comes: the internet, or the cluster itself. */
export type Reach = "outside" | "inside";

/** The Gateway that a load balancer's address leads to; `undefined` when the way is closed. */
export function gatewayBehind(
  simulation: Simulation,
  address: string,
  port: number,
  from: Reach,
): KubernetesObject | undefined {
  const balancer = Object.values(simulation.state.loadBalancers).find(({ addresses }) =>
    addresses.includes(address),
  );
  if (balancer === undefined) return undefined;
  if (from === "outside") {
    if (balancer.scheme === "internal") return undefined;
    if (port === 80 && simulation.hasFault("port-80-blocked")) return undefined;
  }
  const [namespace = "", name = ""] = balancer.service.split("/");
  const service = simulation.store.findKind("Service", name, namespace);
  if (service === undefined) return undefined;
  const owner = service.metadata.ownerReferences?.find(({ kind }) => kind === "Gateway");
  const gateways = simulation.store.all("Gateway");
  // The controller of the 1.x line has one Service of its release for its one Gateway.
  return owner === undefined
    ? gateways[0]
    : gateways.find(({ metadata }) => metadata.uid === owner.uid);
}
