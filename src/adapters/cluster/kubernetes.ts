import type { Kubernetes } from "../../ports/kubernetes.ts";
import type { Clock } from "../../ports/world.ts";
import type { ApiClient } from "./api-client.ts";
import { applyObjects } from "./apply.ts";
import type { ChildProcesses } from "./child-processes.ts";
import type { Target } from "./kubeconfig.ts";
import { observeObjects } from "./observe.ts";
import { getObject, listObjects, readLogs, readVersion, reviewAccess } from "./reads.ts";
import { createObject, deleteObject, patchObject, replaceObject } from "./writes.ts";

export interface KubernetesParts {
  client: ApiClient;
  children: ChildProcesses;
  target: Target;
  clock: Clock;
  /** Before a child that reads the token's file starts. */
  refreshIfDue: () => Promise<void>;
}

/** The Kubernetes port: reads over the proxy's socket, manifests by `kubectl apply`. */
export function createKubernetes(parts: KubernetesParts): Kubernetes {
  const { client, children, target, clock } = parts;
  return {
    version: () => readVersion(client),
    get: (ref) => getObject(client, ref),
    list: async (kind, options = {}) => (await listObjects(client, kind, options))?.items ?? [],
    observe: (kind, options, signal) => observeObjects(client, clock, { kind, options }, signal),
    logs: (query) => readLogs(client, query),
    review: (requests) => Promise.all(requests.map((request) => reviewAccess(client, request))),
    async apply(objects) {
      await parts.refreshIfDue();
      await applyObjects(children, target, objects);
    },
    patch: (ref, patch) => patchObject(client, ref, patch),
    async delete(refs) {
      for (const ref of refs) await deleteObject(client, ref);
    },
    create: (object) => createObject(client, object),
    replace: (object) => replaceObject(client, object),
  };
}
