import { createServer } from "node:https";
import { existsSync, readFileSync } from "node:fs";
import { once } from "node:events";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, list, text } from "../../../src/sandbox/fields.ts";
import type { Authority } from "../../support/tls.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { Mirror } from "../kubernetes/mirror.ts";
import { portOf } from "../ports.ts";
import { failedStatus, readyStatus } from "./pod-status.ts";

export const NODE = "lab-node";

/** What a pod's first container does on this machine. */
export interface Workload {
  /** Lines are read from here when somebody asks for logs. */
  logFile?: string;
  /** Resolves when it has ended by itself. */
  ended?: Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts what stands for a pod's image; `undefined` for one that just runs. */
export type StartWorkload = (pod: KubernetesObject) => Promise<Workload | undefined>;

const RESTART_MS = 3000;

/**
 * The cluster's only node: makes the pods that are bound to it run, restarts a process that ends,
 * and answers for their logs, as a kubelet does.
 */
export class LabNode {
  readonly #client: ApiClient;
  readonly #start: StartWorkload;
  readonly #pods: Mirror;
  /** By uid: started, or being started. */
  readonly #known = new Map<string, { workload?: Workload | undefined; restarts: number }>();
  #ended = false;

  constructor(client: ApiClient, start: StartWorkload) {
    this.#client = client;
    this.#start = start;
    const bound = `fieldSelector=${encodeURIComponent(`spec.nodeName=${NODE}`)}`;
    this.#pods = new Mirror(client, `/api/v1/pods?${bound}`, () => this.#look());
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#pods.stop();
    await Promise.all([...this.#known.values()].map(async ({ workload }) => workload?.stop()));
  }

  findLog(namespace: string, name: string): string | undefined {
    const uid = this.#pods.find(name, namespace)?.metadata.uid ?? "";
    return this.#known.get(uid)?.workload?.logFile;
  }

  #look(): void {
    const seen = new Set<string>();
    for (const pod of this.#pods.all()) {
      const { uid = "" } = pod.metadata;
      seen.add(uid);
      if (pod.metadata.deletionTimestamp !== undefined) void this.#remove(pod);
      else if (!this.#known.has(uid)) void this.#run(pod);
    }
    for (const [uid, { workload }] of this.#known) {
      if (seen.has(uid)) continue;
      this.#known.delete(uid);
      void workload?.stop();
    }
  }

  async #run(pod: KubernetesObject): Promise<void> {
    const { uid = "" } = pod.metadata;
    const entry: { workload?: Workload | undefined; restarts: number } = { restarts: 0 };
    this.#known.set(uid, entry);
    while (!this.#ended && this.#known.has(uid)) {
      try {
        entry.workload = await this.#start(pod);
        // The pod was removed meanwhile: nobody else knows of what has started.
        if (this.#ended || !this.#known.has(uid)) return await entry.workload?.stop();
        await this.#report(pod, readyStatus(pod, entry.restarts));
        if (entry.workload?.ended === undefined) return;
        await entry.workload.ended;
      } catch (error) {
        await this.#report(pod, failedStatus(pod, entry.restarts, describe(error)));
      }
      if (this.#ended || !this.#known.has(uid)) return;
      entry.restarts += 1;
      await this.#report(
        pod,
        failedStatus(pod, entry.restarts, "back-off restarting failed container"),
      );
      await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
    }
  }

  async #remove(pod: KubernetesObject): Promise<void> {
    const { uid = "" } = pod.metadata;
    const entry = this.#known.get(uid);
    this.#known.delete(uid);
    if (entry === undefined) return;
    await entry.workload?.stop();
    await this.#client.delete(pathOf(pod), {
      gracePeriodSeconds: 0,
      preconditions: { uid },
    });
  }

  async #report(pod: KubernetesObject, status: unknown): Promise<void> {
    if (!this.#ended) await this.#client.patch(`${pathOf(pod)}/status`, { status });
  }
}

function pathOf({ metadata }: KubernetesObject): string {
  return `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
}

const describe = (error: unknown): string =>
  error instanceof Error ? error.message : "it could not be started";

/** The node object, and the port where the API server asks its kubelet for logs. */
export async function registerNode(client: ApiClient, kubeletPort: number): Promise<void> {
  const capacity = { cpu: "32", memory: "256Gi", pods: "110" };
  const labels = {
    "kubernetes.io/hostname": NODE,
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": "amd64",
    "topology.kubernetes.io/region": "eu-west-1",
    "topology.kubernetes.io/zone": "eu-west-1a",
  };
  await client.create("/api/v1/nodes", {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: NODE, labels },
    spec: { providerID: "aws:///eu-west-1a/i-0123456789abcdef0" },
  });
  const now = new Date().toISOString();
  const condition = { type: "Ready", status: "True", reason: "KubeletReady", message: "ready" };
  await client.patch(`/api/v1/nodes/${NODE}/status`, {
    status: {
      capacity,
      allocatable: capacity,
      addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
      daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
      conditions: [{ ...condition, lastHeartbeatTime: now, lastTransitionTime: now }],
    },
  });
}

/** The part of a kubelet that serves `kubectl logs`. */
export async function startKubelet(
  authority: Authority,
  findLog: (namespace: string, pod: string) => string | undefined,
) {
  const { certificate, key } = authority.issue(["127.0.0.1"]);
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const url = new URL(request.url ?? "/", "https://localhost");
    const [, kind, namespace = "", pod = ""] = url.pathname.split("/");
    if (kind !== "containerLogs") return response.writeHead(404).end();
    const file = findLog(namespace, pod);
    const lines = file !== undefined && existsSync(file) ? readFileSync(file, "utf8") : "";
    const tail = Number(url.searchParams.get("tailLines") ?? Infinity);
    const kept = lines.split("\n").filter((line) => line !== "");
    return response.end(
      kept
        .slice(-tail)
        .map((line) => `${line}\n`)
        .join(""),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: portOf(server),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The image's own name, without registry and tag. */
export function imageOf(pod: KubernetesObject): string {
  const [container] = list(at(pod, "spec", "containers"));
  return /([^/:@]+)(?:[:@][^/]*)?$/.exec(text(container?.["image"]))?.[1] ?? "";
}
