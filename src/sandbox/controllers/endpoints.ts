import { isTrue } from "../conditions.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { at, list, stringMap, text } from "../fields.ts";
import type { Simulation } from "../simulation.ts";

/** One EndpointSlice per Service that has a selector. */
export function endpoints(simulation: Simulation): void {
  const { store } = simulation;
  for (const service of store.all("Service")) {
    const selector = Object.entries(stringMap(at(service, "spec", "selector")));
    if (selector.length === 0) continue;
    const { name, namespace = "", uid = "" } = service.metadata;
    const pods = store
      .all("Pod", namespace)
      .filter(({ metadata }) => selector.every(([key, value]) => metadata.labels?.[key] === value));
    const found = store
      .all("EndpointSlice", namespace)
      .find(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === name);
    const slice = found ?? createSlice(simulation, { name, namespace, uid });
    store.update(slice, (draft) => {
      draft["endpoints"] = pods
        .filter((pod) => text(at(pod, "status", "podIP")) !== "")
        .map(endpointOf);
      draft["ports"] = list(at(service, "spec", "ports")).map((port) => ({
        name: text(port["name"]),
        port: port["targetPort"],
        protocol: "TCP",
      }));
    });
  }
}

function createSlice(
  { store }: Simulation,
  { name, namespace, uid }: { name: string; namespace: string; uid: string },
): KubernetesObject {
  return store.create({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${name}-${uid.slice(-5)}`,
      namespace,
      labels: {
        "kubernetes.io/service-name": name,
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
      },
      ownerReferences: [{ apiVersion: "v1", kind: "Service", name, uid }],
    },
    addressType: "IPv4",
    endpoints: [],
    ports: [],
  });
}

function endpointOf(pod: KubernetesObject) {
  const { name, namespace = "", uid = "" } = pod.metadata;
  const ready = isTrue(pod, "Ready");
  return {
    addresses: [text(at(pod, "status", "podIP"))],
    conditions: { ready, serving: ready, terminating: false },
    targetRef: { kind: "Pod", name, namespace, uid },
  };
}
