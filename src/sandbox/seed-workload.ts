import type { ObjectStore } from "./store/object-store.ts";

/** A Deployment of somebody else's, there before we come. */
export interface Workload {
  namespace: string;
  name: string;
  image: string;
  port: number;
  replicas: number;
  /** With a Service of the same name on this port. */
  servicePort?: number;
}

/** A Deployment, its ServiceAccount, and perhaps its Service, as somebody else's manifests do. */
export function seedWorkload(store: ObjectStore, workload: Workload): void {
  const { namespace, name, image, port, replicas, servicePort } = workload;
  const labels = { "app.kubernetes.io/name": name };
  const metadata = { name, namespace, labels };
  store.create({ apiVersion: "v1", kind: "ServiceAccount", metadata });
  store.create({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          containers: [{ name, image, ports: [{ containerPort: port }] }],
        },
      },
    },
  });
  if (servicePort === undefined) return;
  store.create({
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: { selector: labels, ports: [{ name: "http", port: servicePort, targetPort: port }] },
  });
}
