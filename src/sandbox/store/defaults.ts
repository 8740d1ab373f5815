import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { at, fields, type Fields, isFields, list } from "../fields.ts";

/**
 * Fills in what a real API server fills in (the CRDs' defaults, the built-in kinds' defaulting),
 * so that whoever compares objects meets these fields here too. Changes and returns `object`.
 */
export function withDefaults(object: KubernetesObject): KubernetesObject {
  defaulters[object.kind]?.(object);
  return object;
}

const defaulters: Record<string, (object: KubernetesObject) => void> = {
  Gateway: (object) => {
    for (const listener of list(at(object, "spec", "listeners"))) defaultListener(listener);
  },
  HTTPRoute: (object) => {
    const spec = fields(object["spec"]);
    for (const ref of list(spec["parentRefs"])) {
      fill(ref, { group: "gateway.networking.k8s.io", kind: "Gateway" });
    }
    fill(spec, { rules: [{}] });
    for (const rule of list(spec["rules"])) defaultRule(rule);
  },
  Service: (object) => {
    const spec = (object["spec"] ??= {});
    if (!isFields(spec)) return;
    fill(spec, {
      type: "ClusterIP",
      sessionAffinity: "None",
      internalTrafficPolicy: "Cluster",
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
    });
    if (spec["type"] === "LoadBalancer") {
      fill(spec, { allocateLoadBalancerNodePorts: true, externalTrafficPolicy: "Cluster" });
    }
    for (const port of list(spec["ports"])) {
      fill(port, { protocol: "TCP", targetPort: port["port"] });
    }
  },
  Deployment: (object) => {
    const spec = fields(object["spec"]);
    fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
    fill(spec, {
      strategy: {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" },
      },
    });
    const pod = fields(at(spec, "template", "spec"));
    fill(pod, {
      restartPolicy: "Always",
      dnsPolicy: "ClusterFirst",
      schedulerName: "default-scheduler",
      terminationGracePeriodSeconds: 30,
      securityContext: {},
    });
    for (const container of list(pod["containers"])) defaultContainer(container);
  },
  Namespace: (object) => {
    const { metadata } = object;
    metadata.labels = { ...metadata.labels, "kubernetes.io/metadata.name": metadata.name };
    object["spec"] ??= { finalizers: ["kubernetes"] };
    object["status"] ??= { phase: "Active" };
  },
  Secret: (object) => {
    object["type"] ??= "Opaque";
  },
  CustomResourceDefinition: (object) => {
    fill(fields(object["spec"]), { conversion: { strategy: "None" } });
  },
};

function defaultListener(listener: Fields): void {
  fill(listener, { allowedRoutes: {} });
  const allowed = fields(listener["allowedRoutes"]);
  fill(allowed, { namespaces: {} });
  fill(fields(allowed["namespaces"]), { from: "Same" });
  const { tls } = listener;
  if (!isFields(tls)) return;
  fill(tls, { mode: "Terminate" });
  for (const ref of list(tls["certificateRefs"])) fill(ref, { group: "", kind: "Secret" });
}

function defaultRule(rule: Fields): void {
  fill(rule, { matches: [{ path: { type: "PathPrefix", value: "/" } }] });
  for (const match of list(rule["matches"])) {
    fill(match, { path: {} });
    fill(fields(match["path"]), { type: "PathPrefix", value: "/" });
  }
  for (const ref of list(rule["backendRefs"])) {
    fill(ref, { group: "", kind: "Service", weight: 1 });
  }
  for (const filter of list(rule["filters"])) {
    if (isFields(filter["requestRedirect"])) fill(filter["requestRedirect"], { statusCode: 302 });
  }
}

function defaultContainer(container: Fields): void {
  fill(container, {
    imagePullPolicy: "IfNotPresent",
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
  });
  for (const port of list(container["ports"])) fill(port, { protocol: "TCP" });
}

function fill(target: Fields, defaults: Fields): void {
  for (const [name, value] of Object.entries(defaults)) target[name] ??= structuredClone(value);
}
