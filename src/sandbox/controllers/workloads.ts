import { createHash } from "node:crypto";
import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { isTrue } from "../conditions.ts";
import { at, fields, list, stringMap, text } from "../fields.ts";
import { injectIdentity } from "./pod-identity.ts";
import type { Simulation } from "../simulation.ts";

const PULL_AND_START_MS = 2_500;

/** Deployments make Pods, Pods become ready, Services get their endpoints. */
export function workloads(simulation: Simulation): void {
  for (const pod of simulation.store.all("Pod")) startPod(simulation, pod);
  for (const deployment of simulation.store.all("Deployment")) {
    rollOut(simulation, deployment);
    reportDeployment(simulation, deployment);
  }
}

function rollOut(simulation: Simulation, deployment: KubernetesObject): void {
  const { store } = simulation;
  const pods = podsOf(simulation, deployment);
  const hash = templateHash(deployment);
  const wanted = replicasOf(deployment);
  const current = pods.filter((pod) => hashOf(pod) === hash);
  for (let count = current.length; count < wanted; count += 1) {
    createPod(simulation, deployment, hash);
  }
  for (const pod of current.slice(wanted)) store.remove(pod);
  const ready = current.filter((pod) => isTrue(pod, "Ready"));
  if (ready.length < wanted) return;
  for (const pod of pods.filter((one) => hashOf(one) !== hash)) store.remove(pod);
}

function createPod(simulation: Simulation, deployment: KubernetesObject, hash: string): void {
  const { store } = simulation;
  const { name, namespace = "", uid = "" } = deployment.metadata;
  const template = fields(at(deployment, "spec", "template"));
  const account = text(at(template, "spec", "serviceAccountName")) || "default";
  if (account !== "default" && !store.findKind("ServiceAccount", account, namespace)) return;
  const suffix = simulation.nextNumber().toString(36).padStart(5, "0");
  const annotations = stringMap(at(template, "metadata", "annotations"));
  const pod: KubernetesObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${name}-${hash}-${suffix}`,
      namespace,
      labels: { ...stringMap(at(template, "metadata", "labels")), "pod-template-hash": hash },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name, uid }],
    },
    spec: { ...structuredClone(fields(template["spec"])), serviceAccountName: account },
    status: { phase: "Pending", conditions: [] },
  };
  store.create(injectIdentity(simulation, deployment, pod));
}

function startPod(simulation: Simulation, pod: KubernetesObject): void {
  if (isTrue(pod, "Ready")) return;
  const { uid = "" } = pod.metadata;
  if (!simulation.after(`${uid}/start`, PULL_AND_START_MS)) return;
  const number = simulation.nextNumber();
  const time = simulation.store.timestamp();
  const yes = (type: string) => ({ type, status: "True", lastTransitionTime: time });
  simulation.store.setStatus(pod, {
    phase: "Running",
    podIP: `10.0.${(number >> 8) % 256}.${number % 256}`,
    startTime: time,
    conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map(yes),
    containerStatuses: list(at(pod, "spec", "containers")).map(({ name, image }) => ({
      name: text(name),
      image: text(image),
      ready: true,
      started: true,
      restartCount: 0,
      state: { running: { startedAt: time } },
    })),
  });
}

function reportDeployment(simulation: Simulation, deployment: KubernetesObject): void {
  const { store } = simulation;
  const pods = podsOf(simulation, deployment);
  const current = pods.filter((pod) => hashOf(pod) === templateHash(deployment));
  const ready = current.filter((pod) => isTrue(pod, "Ready"));
  const available = ready.length >= replicasOf(deployment);
  const lastTransitionTime =
    text(list(at(deployment, "status", "conditions"))[0]?.["lastTransitionTime"]) ||
    store.timestamp();
  store.setStatus(deployment, {
    observedGeneration: deployment.metadata.generation,
    replicas: pods.length,
    updatedReplicas: current.length,
    readyReplicas: pods.filter((pod) => isTrue(pod, "Ready")).length,
    availableReplicas: ready.length,
    conditions: [
      {
        type: "Available",
        status: available ? "True" : "False",
        reason: available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
        message: available
          ? "Deployment has minimum availability."
          : "Deployment does not have minimum availability.",
        lastTransitionTime,
      },
    ],
  });
}

function podsOf({ store }: Simulation, { metadata }: KubernetesObject): KubernetesObject[] {
  return store
    .all("Pod", metadata.namespace)
    .filter((pod) => pod.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid));
}

/** The ready Pods of a Deployment, oldest first. */
export function readyPods(
  simulation: Simulation,
  name: string,
  namespace: string,
): KubernetesObject[] {
  const deployment = simulation.store.findKind("Deployment", name, namespace);
  if (deployment === undefined) return [];
  return podsOf(simulation, deployment).filter((pod) => isTrue(pod, "Ready"));
}

function hashOf(pod: KubernetesObject): string {
  return pod.metadata.labels?.["pod-template-hash"] ?? "";
}

/** Stored objects are replaced, never changed. */
const hashes = new WeakMap<KubernetesObject, string>();

function templateHash(deployment: KubernetesObject): string {
  const known = hashes.get(deployment);
  if (known !== undefined) return known;
  const template = JSON.stringify(at(deployment, "spec", "template") ?? null);
  const hash = createHash("sha256").update(template).digest("hex").slice(0, 10);
  hashes.set(deployment, hash);
  return hash;
}

function replicasOf(deployment: KubernetesObject): number {
  const replicas = at(deployment, "spec", "replicas");
  return typeof replicas === "number" ? replicas : 1;
}
