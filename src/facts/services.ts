import type { Config } from "../config/config.ts";
import { kinds } from "../kinds.ts";
import type { DesiredLoadBalancer } from "../plan/load-balancer.ts";
import type { Kubernetes, KubernetesObject } from "../ports/kubernetes.ts";
import { readFact, type Fact } from "./fact.ts";
import { parseService } from "./objects.ts";

/** A Service that could be a backend. */
export interface ServiceFact {
  namespace: string;
  name: string;
  /** Those of TCP, never empty. */
  ports: number[];
  /** The Gateway, or the gateway controller, whose data plane it leads to. */
  gateway?: string;
  /** What decides whose load balancer a Gateway has, as long as its Service is not going away. */
  balancer?: DesiredLoadBalancer & { hasAddress: boolean };
}

const GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";
const APP_NAME = "app.kubernetes.io/name";
/** Its 1.x line has one data plane, which is a Service of the release. */
const CONTROLLER = "nginx-gateway-fabric";

/** Every Service with a TCP port, for prompts and to check the backend; system ones come last. */
export async function readServices(kubernetes: Kubernetes): Promise<Fact<ServiceFact[]>> {
  return readFact(async () => {
    const services = (await kubernetes.list(kinds.Service)).map(describeService);
    return services.filter(({ ports }) => ports.length > 0).sort(byRelevance);
  });
}

function describeService(object: KubernetesObject): ServiceFact {
  const { spec, status } = parseService(object);
  const { type, loadBalancerClass, ports: all } = spec;
  const tcp = all.filter(({ protocol = "TCP" }) => protocol === "TCP");
  const ports = tcp.flatMap(({ port }) => port ?? []);
  const { name, namespace = "default", labels = {}, deletionTimestamp } = object.metadata;
  const isController = labels[APP_NAME] === CONTROLLER;
  const gateway = labels[GATEWAY_NAME] ?? (isController ? CONTROLLER : undefined);
  if (gateway === undefined) return { namespace, name, ports };
  if (type !== "LoadBalancer" || deletionTimestamp !== undefined) {
    return { namespace, name, ports, gateway };
  }
  const { annotations = {} } = object.metadata;
  const hasAddress = status.loadBalancer.ingress.length > 0;
  const balancer = { loadBalancerClass, annotations, hasAddress };
  return { namespace, name, ports, gateway, balancer };
}

function byRelevance(a: ServiceFact, b: ServiceFact): number {
  const order = Number(isSystem(a)) - Number(isSystem(b));
  return order !== 0 ? order : `${a.namespace}/${a.name}`.localeCompare(`${b.namespace}/${b.name}`);
}

/** Those that somebody may want to serve: not Kubernetes' own, not ours, no Gateway's. */
export function keepServable(
  services: readonly ServiceFact[],
  namespaces: Config["namespaces"],
): ServiceFact[] {
  const own = new Set(Object.values(namespaces));
  return services.filter(
    (service) => service.gateway === undefined && !own.has(service.namespace) && !isSystem(service),
  );
}

function isSystem({ namespace, name }: ServiceFact): boolean {
  return namespace.startsWith("kube-") || (namespace === "default" && name === "kubernetes");
}

/** Whether it leads back to our own Gateway: as a backend it would be asked for ever. */
export function isOurGateway(
  { namespace, gateway }: ServiceFact,
  namespaces: Config["namespaces"],
): boolean {
  if (gateway === CONTROLLER) return namespace === namespaces.gatewayController;
  return gateway === "gateway-tls" && namespace === namespaces.gateway;
}
