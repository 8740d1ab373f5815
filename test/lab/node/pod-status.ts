import { createHash } from "node:crypto";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, list } from "../../../src/sandbox/fields.ts";

/** The status of a pod whose containers all run. */
export function readyStatus(pod: KubernetesObject, restarts: number): unknown {
  const startedAt = new Date().toISOString();
  return build(pod, restarts, true, { running: { startedAt } });
}

/** The status of a pod whose container has ended and waits for its next start. */
export function failedStatus(pod: KubernetesObject, restarts: number, message: string): unknown {
  return build(pod, restarts, false, { waiting: { reason: "CrashLoopBackOff", message } });
}

function build(
  pod: KubernetesObject,
  restartCount: number,
  ready: boolean,
  state: Record<string, unknown>,
): unknown {
  const now = new Date().toISOString();
  const condition = (type: string, good: boolean) => ({
    type,
    status: good ? "True" : "False",
    lastTransitionTime: now,
    ...(good ? {} : { reason: "ContainersNotReady", message: "containers with unready status" }),
  });
  const ip = addressOf(pod.metadata.uid ?? "");
  return {
    phase: "Running",
    hostIP: "127.0.0.1",
    podIP: ip,
    podIPs: [{ ip }],
    startTime: now,
    conditions: [
      condition("PodScheduled", true),
      condition("Initialized", true),
      condition("ContainersReady", ready),
      condition("Ready", ready),
    ],
    containerStatuses: list(at(pod, "spec", "containers")).map(({ name, image }) => ({
      name,
      image,
      imageID: "",
      ready,
      started: ready,
      restartCount,
      state,
    })),
  };
}

/** An address in the pod network; nothing listens there. */
function addressOf(uid: string): string {
  const [a = 0, b = 0] = createHash("sha256").update(uid).digest();
  return `10.244.${a}.${Math.max(1, b)}`;
}
