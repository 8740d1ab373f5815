import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { kinds, type ResourceKind } from "../../../src/kinds.ts";
import type { AccessRequest, KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { ObjectStore } from "./object-store.ts";
import { readBody, refuse, reply, wordForbidden } from "./replies.ts";
import { handleCollection, handleObject, type ResourceRequest } from "./resources.ts";

/** What the next request that matches is answered with, instead of the truth. */
export interface Fault {
  method?: string;
  path: RegExp;
  status: number;
  body: string;
}

const ReviewSchema = v.object({ spec: v.object({ resourceAttributes: v.unknown() }) });

/**
 * A Kubernetes API server in memory, behind plain HTTP: lists in pages, watches, server-side
 * apply, 404, 409 and 410, access reviews and logs. Tests look into it and make it fail.
 */
export class FakeCluster {
  readonly store = new ObjectStore();
  readonly served: ResourceKind[] = Object.values(kinds);
  readonly denied: AccessRequest[] = [];
  /** Every write is forbidden. */
  readOnly = false;
  readonly faults: Fault[] = [];
  /** Of pods, by `namespace/name`. */
  readonly logs = new Map<string, string[]>();
  /** `METHOD path` of every request. */
  readonly requests: string[] = [];
  /** The bearer token it takes; any, while undefined. */
  token: string | undefined;
  readonly #watches = new Set<ServerResponse>();
  readonly #server: Server = createServer((request, response) => {
    void this.#handle(request, response);
  });

  /** `http://127.0.0.1:PORT`, once it listens. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("it has no port");
    return `http://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Ends every watch, as an API server does now and then. */
  endWatches(): void {
    for (const response of this.#watches) response.end();
  }

  create(kind: ResourceKind, object: KubernetesObject): void {
    this.store.update(kind, "test", object);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const method = request.method ?? "GET";
    this.requests.push(`${method} ${url.pathname}${url.search}`);
    const body = await readBody(request);
    const fault = this.#takeFault(method, url);
    if (fault !== undefined) return reply(response, fault.status, fault.body);
    if (this.token !== undefined && request.headers.authorization !== `Bearer ${this.token}`) {
      return refuse(response, 401, "Unauthorized", "Unauthorized");
    }
    if (url.pathname === "/version") return reply(response, 200, { gitVersion: "v1.34.2-fake" });
    const served = this.#discover(url.pathname);
    if (served.length > 0) return reply(response, 200, { resources: served });
    if (url.pathname.endsWith("/selfsubjectaccessreviews")) return this.#review(body, response);
    const resource = this.#parse(url);
    if (resource === undefined) return reply(response, 404, "404 page not found");
    if (this.readOnly && method !== "GET") {
      return refuse(response, 403, "Forbidden", wordForbidden(method, resource));
    }
    const call = { ...resource, method, body, query: url.searchParams, headers: request.headers };
    if (resource.name === undefined) handleCollection(this, call, response, this.#watches);
    else handleObject(this, call, response);
  }

  #takeFault(method: string, url: URL): Fault | undefined {
    const index = this.faults.findIndex(
      (fault) =>
        (fault.method ?? method) === method && fault.path.test(`${url.pathname}${url.search}`),
    );
    return index < 0 ? undefined : this.faults.splice(index, 1)[0];
  }

  /** The resources of a version, where its path is asked for. */
  #discover(path: string) {
    const [, apiVersion] = /^\/apis?\/(v1|[^/]+\/[^/]+)$/.exec(path) ?? [];
    return this.served
      .filter((kind) => kind.apiVersion === apiVersion)
      .map(({ plural, kind, namespaced }) => ({ name: plural, kind, namespaced }));
  }

  #review(body: unknown, response: ServerResponse): void {
    const { spec } = v.parse(ReviewSchema, body);
    const refused = this.denied.some((one) => isDeepStrictEqual(one, spec.resourceAttributes));
    reply(response, 201, { status: { allowed: !refused } });
  }

  #parse(url: URL): Pick<ResourceRequest, "kind" | "namespace" | "name" | "part"> | undefined {
    const [, apiVersion = "", namespace, plural, name, part] =
      /^\/(?:api|apis)\/(v1|[^/]+\/[^/]+)(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(
        url.pathname,
      ) ?? [];
    const kind = this.served.find((one) => one.apiVersion === apiVersion && one.plural === plural);
    return kind === undefined ? undefined : { kind, namespace, name, part };
  }
}
