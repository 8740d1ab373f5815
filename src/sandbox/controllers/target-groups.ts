import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { buildCrd } from "../charts/crd.ts";
import { at, list } from "../fields.ts";
import type { Simulation } from "../simulation.ts";

const GROUP = "elbv2.k8s.aws";
const KIND = "TargetGroupBinding";
const OF_NAMESPACE = "service.k8s.aws/stack-namespace";
const OF_SERVICE = "service.k8s.aws/stack-name";

/** The CRD that comes with the AWS Load Balancer Controller. */
export const targetGroupBindingCrd: KubernetesObject = buildCrd({
  group: GROUP,
  kind: KIND,
  plural: "targetgroupbindings",
  versions: ["v1beta1"],
  namespaced: true,
});

/** One for each port, beside the Service; they have no owner, and go by their labels. */
export function bindTargetGroups({ store }: Simulation, service: KubernetesObject): void {
  const { name, namespace = "" } = service.metadata;
  const made = bindingsOf(store, service);
  for (const { port } of list(at(service, "spec", "ports"))) {
    const binding = `k8s-${name}-${String(port)}`;
    if (made.some(({ metadata }) => metadata.name === binding)) continue;
    const labels = { [OF_NAMESPACE]: namespace, [OF_SERVICE]: name };
    store.create({
      apiVersion: `${GROUP}/v1beta1`,
      kind: KIND,
      metadata: { name: binding, namespace, labels },
      spec: { serviceRef: { name, port }, targetType: "instance" },
    });
  }
}

/** As the controller does before a Service's finalizer goes. */
export function unbindTargetGroups({ store }: Simulation, service: KubernetesObject): void {
  for (const binding of bindingsOf(store, service)) store.remove(binding);
}

function bindingsOf(
  store: Simulation["store"],
  { metadata: { name, namespace } }: KubernetesObject,
): KubernetesObject[] {
  return store
    .all(KIND, namespace)
    .filter(({ metadata }) => metadata.labels?.[OF_SERVICE] === name);
}
