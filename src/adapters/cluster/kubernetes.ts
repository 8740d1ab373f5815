import type { Kubernetes } from "../../ports/kubernetes.ts";
import type { Clock } from "../../ports/world.ts";
import type { ApiClient } from "./api-client.ts";
import type { Applies } from "./apply.ts";
import { observeObjects } from "./observe.ts";
import { getObject, listObjects, readLogs, readVersion, reviewAccess } from "./reads.ts";
import { createObject, deleteObject, patchObject, replaceObject } from "./writes.ts";

export interface KubernetesParts {
  client: ApiClient;
  applies: Applies;
  clock: Clock;
}

/** The Kubernetes port, over the proxy's socket. */
export function createKubernetes({ client, applies, clock }: KubernetesParts): Kubernetes {
  return {
    version: () => readVersion(client),
    get: (ref) => getObject(client, ref),
    list: async (kind, options = {}) => (await listObjects(client, kind, options))?.items ?? [],
    observe: (kind, options, signal) => observeObjects(client, clock, { kind, options }, signal),
    logs: (query) => readLogs(client, query),
    review: (requests) => Promise.all(requests.map((request) => reviewAccess(client, request))),
    apply: (objects) => applies.run(client, objects),
    patch: (ref, patch) => patchObject(client, ref, patch),
    async delete(refs) {
      for (const ref of refs) await deleteObject(client, ref);
    },
    create: (object) => createObject(client, object),
    replace: (object) => replaceObject(client, object),
  };
}
