import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { kinds, type ResourceKind } from "../../../src/kinds.ts";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { parseObject } from "../../../src/adapters/cluster/objects.ts";
import type { FakeCluster } from "./fake-cluster.ts";
import type { Change } from "./object-store.ts";
import { mergePatch, refuse, reply, wordConflicts } from "./replies.ts";
import { matches } from "./selectors.ts";

export interface ResourceRequest {
  kind: ResourceKind;
  namespace: string | undefined;
  name: string | undefined;
  /** `log`, `status`. */
  part: string | undefined;
  method: string;
  body: unknown;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
}

/** list, watch and create. */
export function handleCollection(
  cluster: FakeCluster,
  request: ResourceRequest,
  response: ServerResponse,
  watches: Set<ServerResponse>,
): void {
  if (request.method === "POST") create(cluster, request, response);
  else if (request.query.get("watch") === null) list(cluster, request, response);
  else watch(cluster, request, response, watches);
}

function create(cluster: FakeCluster, request: ResourceRequest, response: ServerResponse): void {
  const object = parseObject(request.body);
  const { name } = object.metadata;
  if (cluster.store.get(request.kind, request.namespace, name) !== undefined) {
    refuse(response, 409, "AlreadyExists", `${request.kind.plural} "${name}" already exists`);
  } else if (!refuseHomeless(cluster, request, response)) {
    reply(response, 201, cluster.store.update(request.kind, managerOf(request), object));
  }
}

function list(cluster: FakeCluster, request: ResourceRequest, response: ServerResponse): void {
  const { kind, namespace, query, headers } = request;
  const all = cluster.store.list(kind, namespace).filter((object) => matches(object, query));
  const offset = Number(query.get("continue") ?? 0);
  const end = offset + Number(query.get("limit") ?? all.length);
  const page = all.slice(offset, end);
  const metadataOnly = headers.accept?.includes("PartialObjectMetadataList") === true;
  const items = page.map((object) => {
    const { apiVersion: _, kind: __, ...item } = object;
    return metadataOnly ? { metadata: object.metadata } : item;
  });
  reply(response, 200, {
    kind: metadataOnly ? "PartialObjectMetadataList" : `${kind.kind}List`,
    metadata: {
      resourceVersion: String(cluster.store.version),
      ...(end < all.length ? { continue: String(end) } : {}),
    },
    items,
  });
}

function watch(
  cluster: FakeCluster,
  { kind, namespace, query }: ResourceRequest,
  response: ServerResponse,
  watches: Set<ServerResponse>,
): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();
  const send = (type: string, object: unknown) => {
    if (!response.writableEnded) response.write(`${JSON.stringify({ type, object })}\n`);
  };
  const since = Number(query.get("resourceVersion"));
  if (since < cluster.store.compacted) {
    send("ERROR", { kind: "Status", code: 410, reason: "Expired", message: "too old" });
    response.end();
    return;
  }
  const isIn = (object: KubernetesObject | undefined): boolean =>
    object !== undefined &&
    (namespace === undefined || object.metadata.namespace === namespace) &&
    matches(object, query);
  const tell = (change: Change) => {
    if (change.kind !== kind) return;
    const [was, is] = [isIn(change.before), isIn(change.after)];
    if (is) send(was ? "MODIFIED" : "ADDED", change.after);
    else if (was) send("DELETED", change.after ?? change.before);
  };
  watches.add(response);
  const unfollow = cluster.store.follow(since, tell);
  response.on("close", () => {
    unfollow();
    watches.delete(response);
  });
}

/** get, apply, patch, replace, delete and logs. */
export function handleObject(
  cluster: FakeCluster,
  request: ResourceRequest,
  response: ServerResponse,
): void {
  const { kind, namespace, name = "", method, headers } = request;
  if (request.part === "log") return log(cluster, request, response);
  if (headers["content-type"]?.includes("apply-patch") === true) {
    return apply(cluster, request, response);
  }
  const live = cluster.store.get(kind, namespace, name);
  if (live === undefined) {
    return refuse(response, 404, "NotFound", `${kind.plural} "${name}" not found`);
  }
  if (method === "DELETE") {
    cluster.store.delete(kind, live);
    return reply(response, 200, { kind: "Status", status: "Success" });
  }
  if (method === "GET") return reply(response, 200, live);
  const next = method === "PATCH" ? mergePatch(live, request.body) : request.body;
  return replace(cluster, request, response, { live, next: parseObject(next) });
}

function replace(
  cluster: FakeCluster,
  request: ResourceRequest,
  response: ServerResponse,
  { live, next }: { live: KubernetesObject; next: KubernetesObject },
): void {
  const { resourceVersion } = next.metadata;
  if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion) {
    const message = `Operation cannot be fulfilled on ${request.kind.plural} "${request.name ?? ""}": the object has been modified`;
    refuse(response, 409, "Conflict", message);
    return;
  }
  reply(response, 200, cluster.store.update(request.kind, managerOf(request), next));
}

function apply(cluster: FakeCluster, request: ResourceRequest, response: ServerResponse): void {
  if (refuseHomeless(cluster, request, response)) return;
  const wanted = parseObject(request.body);
  const result = cluster.store.apply(request.kind, managerOf(request), wanted);
  if (Array.isArray(result)) refuse(response, 409, "Conflict", wordConflicts(result));
  else reply(response, 200, result);
}

function refuseHomeless(
  cluster: FakeCluster,
  { kind, namespace }: ResourceRequest,
  response: ServerResponse,
): boolean {
  if (!kind.namespaced || namespace === undefined) return false;
  if (cluster.store.get(kinds.Namespace, undefined, namespace) !== undefined) return false;
  refuse(response, 404, "NotFound", `namespaces "${namespace}" not found`);
  return true;
}

function log(cluster: FakeCluster, request: ResourceRequest, response: ServerResponse): void {
  const lines = cluster.logs.get(`${request.namespace ?? ""}/${request.name ?? ""}`);
  if (lines === undefined) {
    const message = `container "app" in pod "${request.name ?? ""}" is waiting to start: ContainerCreating`;
    return refuse(response, 400, "BadRequest", message);
  }
  const count = Number(request.query.get("tailLines"));
  return reply(
    response,
    200,
    lines
      .slice(-count)
      .map((line) => `${line}\n`)
      .join(""),
  );
}

const managerOf = ({ query }: ResourceRequest): string => query.get("fieldManager") ?? "unknown";
