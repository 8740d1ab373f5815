import * as v from "valibot";
import type { KubernetesObject, ObjectMeta } from "../ports/kubernetes.ts";
import { conditions, type Condition } from "./condition.ts";
import { list, maybeNumber, maybeText, part, text } from "./schema.ts";

const state = part({
  waiting: v.fallback(v.optional(v.object({ reason: text, message: text })), undefined),
  terminated: v.fallback(
    v.optional(v.object({ reason: text, message: text, exitCode: maybeNumber })),
    undefined,
  ),
});

const podSchema = v.object({
  spec: part({
    serviceAccountName: maybeText,
    containers: list(
      v.object({ name: text, env: list(v.object({ name: text, value: maybeText })) }),
    ),
  }),
  status: part({
    phase: text,
    conditions,
    containerStatuses: list(
      v.object({ name: text, restartCount: maybeNumber, state, lastState: state }),
    ),
  }),
});

/** What is read of a Pod; what is missing is empty. */
export type Pod = { metadata: ObjectMeta } & v.InferOutput<typeof podSchema>;

/** Reads a Pod; what is missing is empty. */
export function parsePod(object: KubernetesObject): Pod {
  return { metadata: object.metadata, ...v.parse(podSchema, object) };
}

/** Why a Pod does not run, in the words of its kubelet or scheduler; `undefined` when it does. */
export function explainPod({ metadata, status }: Pod): string | undefined {
  for (const { name, state } of status.containerStatuses) {
    const bad = state.waiting ?? state.terminated;
    if (bad !== undefined && bad.reason !== "ContainerCreating" && bad.reason !== "Completed") {
      const words = [bad.reason, bad.message].filter((part) => part !== "").join(": ");
      return `pod ${metadata.name}, container ${name}: ${words}`;
    }
  }
  const scheduled: Condition | undefined = status.conditions.find(
    ({ type }) => type === "PodScheduled",
  );
  if (scheduled?.status !== "False") return undefined;
  return `pod ${metadata.name}: ${[scheduled.reason, scheduled.message].join(": ")}`;
}

/**
 * Whether EKS gave the pod another identity when it was started than it would now; it keeps that
 * until it goes. One without any may never get one, so nothing is said of it.
 */
export function hasOtherIdentity(
  pod: Pod,
  { mode, roleArn }: { mode: "pod-identity" | "irsa"; roleArn: string },
): boolean {
  const injected = findInjectedIdentity(pod);
  if (injected === undefined || injected === "static") return false;
  if (injected !== mode) return true;
  const roles = pod.spec.containers.flatMap(({ env }) =>
    env.flatMap(({ name, value }) => (name === "AWS_ROLE_ARN" ? (value ?? []) : [])),
  );
  return mode === "irsa" && roles.some((role) => role !== roleArn);
}

/** Neither finished, evicted nor on its way out. */
export function isLivePod({ metadata, status }: Pick<Pod, "metadata" | "status">): boolean {
  return (
    metadata.deletionTimestamp === undefined && !["Succeeded", "Failed"].includes(status.phase)
  );
}

/** The environment that EKS injects for the two ways to a role. */
export function findInjectedIdentity({
  spec,
}: Pod): "pod-identity" | "irsa" | "static" | undefined {
  const names = spec.containers.flatMap(({ env }) => env.map(({ name }) => name));
  if (names.includes("AWS_CONTAINER_CREDENTIALS_FULL_URI")) return "pod-identity";
  if (names.includes("AWS_ROLE_ARN")) return "irsa";
  return names.includes("AWS_ACCESS_KEY_ID") || names.includes("AWS_SHARED_CREDENTIALS_FILE")
    ? "static"
    : undefined;
}
