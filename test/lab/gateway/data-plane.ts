import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, fields, list, stringMap } from "../../../src/sandbox/fields.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import {
  type ControlPlaneSettings,
  findServiceSettings,
  type ServiceSettings,
} from "./settings.ts";
import type { GatewayWorld } from "./world.ts";

/** The ServiceAccount, Deployment and Service that each Gateway gets beside it; returns the Service. */
export async function ensureDataPlane(
  client: ApiClient,
  world: GatewayWorld,
  settings: ControlPlaneSettings,
  gateway: KubernetesObject,
): Promise<KubernetesObject | undefined> {
  const { namespace = "", name: gatewayName, uid } = gateway.metadata;
  const name = `${gatewayName}-${settings.className}`;
  const labels = {
    ...stringMap(at(gateway, "spec", "infrastructure", "labels")),
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/instance": settings.instance,
    "app.kubernetes.io/managed-by": `${settings.instance}-nginx`,
    "gateway.networking.k8s.io/gateway-name": gatewayName,
  };
  const owner = { apiVersion: gateway.apiVersion, kind: "Gateway", name: gatewayName, uid };
  const metadata = {
    name,
    namespace,
    labels,
    annotations: stringMap(at(gateway, "spec", "infrastructure", "annotations")),
    ownerReferences: [{ ...owner, controller: true }],
  };
  const live = world.services.find(name, namespace);
  const wanted = findServiceSettings(world, settings);
  // Upstream's cache is filled before it looks; ours may still be without the NginxProxy.
  if (wanted === undefined) return live;
  if (live !== undefined) {
    await keepInStep(client, live, metadata.annotations, {
      ...wanted.changeable,
      ports: portsOf(gateway),
    });
    return live;
  }
  await client.create(`/api/v1/namespaces/${namespace}/serviceaccounts`, {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata,
  });
  await client.create(`/apis/apps/v1/namespaces/${namespace}/deployments`, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          containers: [{ name: "nginx", image: "ghcr.io/nginx/nginx-gateway-fabric/nginx:2.6.7" }],
        },
      },
    },
  });
  const spec = { ...wanted.fixed, ...wanted.changeable, selector: labels, ports: portsOf(gateway) };
  await client.create(`/api/v1/namespaces/${namespace}/services`, {
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec,
  });
  return undefined;
}

function portsOf(gateway: KubernetesObject) {
  const ports = new Set(list(at(gateway, "spec", "listeners")).map(({ port }) => Number(port)));
  return [...ports].map((port) => ({
    name: `port-${port}`,
    port,
    targetPort: port,
    protocol: "TCP",
  }));
}

/** Ports and annotations follow the Gateway, the rest the NginxProxy; class and type stay. */
async function keepInStep(
  client: ApiClient,
  live: KubernetesObject,
  annotations: Record<string, string>,
  { ports, ...changeable }: ServiceSettings["changeable"] & { ports: ReturnType<typeof portsOf> },
): Promise<void> {
  const now = list(at(live, "spec", "ports")).map(({ port }) => Number(port));
  const samePorts = ports.every(({ port }) => now.includes(port)) && now.length === ports.length;
  const sameNotes = Object.entries(annotations).every(
    ([key, value]) => live.metadata.annotations?.[key] === value,
  );
  const sameRest = Object.entries(changeable).every(([key, value]) =>
    isDeepStrictEqual(at(live, "spec", key) ?? null, value),
  );
  if (samePorts && sameNotes && sameRest) return;
  const path = `/api/v1/namespaces/${live.metadata.namespace}/services/${live.metadata.name}`;
  await client.replace(path, {
    ...live,
    metadata: { ...live.metadata, annotations: { ...live.metadata.annotations, ...annotations } },
    spec: { ...fields(live["spec"]), ...changeable, ports },
  });
}
