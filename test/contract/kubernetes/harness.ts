import * as v from "valibot";
import { kinds, type ResourceKind } from "../../../src/kinds.ts";
import type {
  AccessRequest,
  Kubernetes,
  KubernetesObject,
  ObjectRef,
} from "../../../src/ports/kubernetes.ts";

/** One cluster that serves at least core, apps, coordination and Gateway API v1. */
export interface KubernetesHarness {
  kubernetes: Kubernetes;
  /** Server-side apply as another field manager: a controller, or a colleague with kubectl. */
  applyAs: (manager: string, object: KubernetesObject) => Promise<void>;
  /** Has the cluster serve a kind that it did not serve; resolves once it does. */
  serve: (kind: ResourceKind) => Promise<void>;
  /** Somebody who may read ConfigMaps, and a request that the cluster refuses to them. */
  limited: { kubernetes: Kubernetes; denied: AccessRequest };
  /** Somebody who may read everything and write nothing. */
  reader: Kubernetes;
  /** Has a pod with these labels write these lines. */
  writeLogs: (pod: {
    namespace: string;
    name: string;
    labels: Record<string, string>;
    lines: string[];
  }) => Promise<void>;
  close: () => Promise<void>;
}

/** A kind that no cluster serves. */
export const unservedKind: ResourceKind = {
  apiVersion: "unserved.example.org/v1",
  kind: "Unserved",
  plural: "unserveds",
  namespaced: true,
};

/** The CRD of a kind, whose objects may hold anything. */
export function crdOf({ apiVersion, kind, plural }: ResourceKind): KubernetesObject {
  const [group, version] = apiVersion.split("/");
  const schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  return {
    apiVersion: kinds.CustomResourceDefinition.apiVersion,
    kind: kinds.CustomResourceDefinition.kind,
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, plural },
      scope: "Namespaced",
      versions: [
        { name: version, served: true, storage: true, schema: { openAPIV3Schema: schema } },
      ],
    },
  };
}

/** A ConfigMap; `metadata` adds to its name and namespace. */
export function configMap(
  namespace: string,
  name: string,
  data: Record<string, string>,
  metadata: Partial<KubernetesObject["metadata"]> = {},
): KubernetesObject {
  return {
    apiVersion: kinds.ConfigMap.apiVersion,
    kind: kinds.ConfigMap.kind,
    metadata: { name, namespace, ...metadata },
    data,
  };
}

/** A Gateway of a class that nobody runs, with one HTTP listener per name and port. */
export function gateway(
  namespace: string,
  name: string,
  listeners: Record<string, number>,
): KubernetesObject {
  return {
    apiVersion: kinds.Gateway.apiVersion,
    kind: kinds.Gateway.kind,
    metadata: { name, namespace },
    spec: {
      gatewayClassName: "nobody-runs-this-class",
      listeners: Object.entries(listeners).map(([listener, port]) => ({
        name: listener,
        port,
        protocol: "HTTP",
      })),
    },
  };
}

export const configMapRef = (namespace: string, name: string): ObjectRef => ({
  kind: kinds.ConfigMap,
  namespace,
  name,
});

export const gatewayRef = (namespace: string, name: string): ObjectRef => ({
  kind: kinds.Gateway,
  namespace,
  name,
});

/** What `read` finds, or a clear failure where nothing is. */
export async function mustGet(kubernetes: Kubernetes, ref: ObjectRef): Promise<KubernetesObject> {
  const found = await kubernetes.get(ref);
  if (found === undefined) throw new Error(`${ref.kind.kind} ${ref.name} is absent`);
  return found;
}

const GatewaySpec = v.object({
  listeners: v.array(v.object({ name: v.string(), port: v.number() })),
});

/** Sorted `name:port` of a Gateway's listeners. */
export function listenersOf(object: KubernetesObject): string[] {
  const { listeners } = v.parse(GatewaySpec, object["spec"]);
  return listeners.map(({ name, port }) => `${name}:${port}`).sort();
}

/** Sorted names, for sets whose order means nothing. */
export const namesOf = (objects: readonly KubernetesObject[]): string[] =>
  objects.map(({ metadata }) => metadata.name).sort();

/** A set observed until it is as wanted; the test's own time limit ends it otherwise. */
export async function observedUntil(
  sets: AsyncIterator<readonly KubernetesObject[]>,
  wanted: (set: readonly KubernetesObject[]) => boolean,
): Promise<readonly KubernetesObject[]> {
  for (;;) {
    const next = await sets.next();
    if (next.done === true) throw new Error("observe ended before the set was as wanted");
    if (wanted(next.value)) return next.value;
  }
}
