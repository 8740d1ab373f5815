import type { KubernetesObject } from "../../../ports/kubernetes.ts";
import { fullName } from "../../charts/chart.ts";
import { at, fields, list, stringMap, text } from "../../fields.ts";
import type { Simulation } from "../../simulation.ts";
import type { StoredRelease } from "../../world-state.ts";

const CHART = "nginx-gateway-fabric";

export interface DataPlaneOptions {
  release: StoredRelease;
  className: string;
  /** The 1.x line: one Service of the release for all. */
  shared: boolean;
}

/** The Service in front of a Gateway; made with its Deployment, and kept in step, from 2.x on. */
export function dataPlaneService(
  simulation: Simulation,
  gateway: KubernetesObject,
  { release, className, shared }: DataPlaneOptions,
): KubernetesObject | undefined {
  const { store } = simulation;
  if (shared) {
    return store.findKind("Service", fullName(release.name, CHART), release.namespace);
  }
  const name = `${gateway.metadata.name}-${className}`;
  const metadata = {
    ...metadataFor(gateway, release, name),
    annotations: stringMap(at(gateway, "spec", "infrastructure", "annotations")),
  };
  ensure(simulation, { apiVersion: "v1", kind: "ServiceAccount", metadata });
  ensure(simulation, deployment(metadata, release));
  return ensure(simulation, service(metadata, release, gateway));
}

function metadataFor(gateway: KubernetesObject, release: StoredRelease, name: string) {
  const { name: gatewayName, namespace = "", uid = "" } = gateway.metadata;
  return {
    name,
    namespace,
    labels: {
      ...stringMap(at(gateway, "spec", "infrastructure", "labels")),
      "app.kubernetes.io/name": name,
      "app.kubernetes.io/instance": release.name,
      "app.kubernetes.io/managed-by": `${release.name}-nginx`,
      "gateway.networking.k8s.io/gateway-name": gatewayName,
    },
    ownerReferences: [{ apiVersion: gateway.apiVersion, kind: "Gateway", name: gatewayName, uid }],
  };
}

function deployment(
  metadata: ReturnType<typeof metadataFor>,
  { appVersion }: StoredRelease,
): KubernetesObject {
  const { labels, name } = metadata;
  const image = `ghcr.io/nginx/nginx-gateway-fabric/nginx:${appVersion}`;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { serviceAccountName: name, containers: [{ name: "nginx", image }] },
      },
    },
  };
}

function service(
  metadata: ReturnType<typeof metadataFor>,
  { values }: StoredRelease,
  gateway: KubernetesObject,
): KubernetesObject {
  const wanted = fields(at(values, "nginx", "service"));
  const type = text(wanted["type"]) || "LoadBalancer";
  const loadBalancerClass = text(wanted["loadBalancerClass"]);
  const ranges = wanted["loadBalancerSourceRanges"];
  const ports = new Set(list(at(gateway, "spec", "listeners")).map(({ port }) => port));
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: {
      type,
      externalTrafficPolicy: text(wanted["externalTrafficPolicy"]) || "Local",
      ...(loadBalancerClass === "" ? {} : { loadBalancerClass }),
      ...(Array.isArray(ranges) ? { loadBalancerSourceRanges: [...ranges] } : {}),
      selector: metadata.labels,
      ports: [...ports].map((port) => ({ name: `port-${String(port)}`, port, targetPort: port })),
    },
  };
}

/** Creates it, or sets what the controller has a say in; a Service's class stays as it is. */
function ensure({ store }: Simulation, wanted: KubernetesObject): KubernetesObject {
  const { name, namespace, annotations = {}, labels = {} } = wanted.metadata;
  const live = store.find({ ...wanted, name, namespace });
  if (live === undefined) return store.create(wanted);
  return store.update(live, (draft) => {
    draft.metadata.annotations = { ...draft.metadata.annotations, ...annotations };
    draft.metadata.labels = { ...draft.metadata.labels, ...labels };
    if (wanted.kind !== "Service") return;
    draft["spec"] = { ...fields(draft["spec"]), ports: fields(wanted["spec"])["ports"] };
  });
}
