import { createHash } from "node:crypto";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import { at, stringMap, text } from "../../src/sandbox/fields.ts";
import type { Authority } from "../support/tls.ts";
import { type Listening, listenJson } from "./https.ts";
import type { ApiClient } from "./kubernetes/client.ts";
import { Mirror } from "./kubernetes/mirror.ts";
import type { Workload } from "./node/node.ts";

export interface LoadBalancer {
  hostname: string;
  /** On loopback, for one that faces the internet; one of 10.0.0.0/8 that nobody reaches otherwise. */
  address: string;
  public: boolean;
  service: { namespace: string; name: string };
}

export interface LoadBalancerOptions {
  client: ApiClient;
  /** Of the first load balancer; the next ones count upwards. */
  address: string;
  delayMs: number;
  region: string;
  onChange: () => void;
}

/** After a refusal. */
const RETRY_MS = 2000;
const CLASS = "service.k8s.aws/nlb";
const FINALIZER = "service.k8s.aws/resources";
const SCHEME = "service.beta.kubernetes.io/aws-load-balancer-scheme";

/** Stands for the AWS Load Balancer Controller: an address for each Service of its class. */
export class LoadBalancers {
  readonly #options: LoadBalancerOptions;
  readonly #services: Mirror;
  readonly #made = new Map<string, LoadBalancer>();
  readonly #begun = new Set<string>();
  /** Set to have it fail as it does without tagged subnets. */
  refuse = false;
  /** Set to have it make internal ones only, whatever their scheme says. */
  internal = false;
  #running = 0;

  constructor(options: LoadBalancerOptions) {
    this.#options = options;
    this.#services = new Mirror(options.client, "/api/v1/services", () => this.look());
  }

  all(): LoadBalancer[] {
    return [...this.#made.values()];
  }

  findAddress(hostname: string): string | undefined {
    return this.all().find((one) => one.hostname.toLowerCase() === hostname)?.address;
  }

  end(): void {
    this.#services.stop();
  }

  /** One pod of the controller; it works while there is one. */
  start(): Workload {
    this.#running += 1;
    this.look();
    return {
      stop: async () => {
        this.#running -= 1;
      },
    };
  }

  /** Somebody deleted them all: they are made anew, under the same names. */
  remake(): void {
    this.#made.clear();
    this.#begun.clear();
    this.look();
  }

  look(): void {
    if (this.#running === 0) return;
    for (const service of this.#services.all()) {
      if (at(service, "spec", "type") !== "LoadBalancer") continue;
      if (at(service, "spec", "loadBalancerClass") !== CLASS) continue;
      const { uid = "", deletionTimestamp } = service.metadata;
      if (deletionTimestamp !== undefined) void this.#tearDown(service);
      else if (!this.#begun.has(uid)) {
        this.#begun.add(uid);
        void this.#provision(service);
      }
    }
  }

  async #provision(service: KubernetesObject): Promise<void> {
    const { client, delayMs } = this.#options;
    const { finalizers = [], uid = "" } = service.metadata;
    const path = pathOf(service);
    await client.patch(path, {
      metadata: { finalizers: [...new Set([...finalizers, FINALIZER])] },
    });
    if (this.refuse) {
      const again = () => {
        this.#begun.delete(uid);
        this.look();
      };
      setTimeout(again, RETRY_MS).unref();
      return this.#warn(service);
    }
    setTimeout(() => void this.#publish(service).catch(() => undefined), delayMs).unref();
  }

  async #publish(service: KubernetesObject): Promise<void> {
    const { client, onChange } = this.#options;
    const { namespace = "", name, uid = "" } = service.metadata;
    const scheme = stringMap(service.metadata.annotations)[SCHEME];
    const isPublic = scheme === "internet-facing" && !this.internal;
    const hash = createHash("sha256").update(uid).digest("hex");
    const hostname = `k8s-${clip(namespace)}-${clip(name)}-${hash.slice(0, 10)}-${hash.slice(10, 26)}.elb.${this.#options.region}.amazonaws.com`;
    const count = this.#made.size;
    const address = isPublic ? this.#nextAddress() : `10.0.1.${10 + count}`;
    this.#made.set(uid, { hostname, address, public: isPublic, service: { namespace, name } });
    onChange();
    const status = { loadBalancer: { ingress: [{ hostname }] } };
    await client.patch(`${pathOf(service)}/status`, { status });
    await this.#tell(service, {
      type: "Normal",
      reason: "SuccessfullyReconciled",
      message: "Successfully reconciled",
    });
  }

  #nextAddress(): string {
    const [a, b, c, d] = this.#options.address.split(".").map(Number);
    const taken = new Set(this.all().map(({ address }) => address));
    for (let last = d ?? 1; ; last += 1) {
      const candidate = `${a}.${b}.${c}.${last}`;
      if (!taken.has(candidate)) return candidate;
    }
  }

  async #tearDown(service: KubernetesObject): Promise<void> {
    const { finalizers = [], uid = "" } = service.metadata;
    if (!finalizers.includes(FINALIZER)) return;
    this.#made.delete(uid);
    this.#begun.delete(uid);
    this.#options.onChange();
    const rest = finalizers.filter((one) => one !== FINALIZER);
    await this.#options.client.patch(pathOf(service), { metadata: { finalizers: rest } });
  }

  #warn(service: KubernetesObject): Promise<void> {
    return this.#tell(service, {
      type: "Warning",
      reason: "FailedBuildModel",
      message:
        "Failed build model due to unable to resolve at least one subnet (0 match VPC and tags: [kubernetes.io/role/elb])",
    });
  }

  async #tell(
    service: KubernetesObject,
    event: { type: string; reason: string; message: string },
  ): Promise<void> {
    const { namespace = "", name, uid } = service.metadata;
    const now = new Date().toISOString();
    await this.#options.client.create(`/api/v1/namespaces/${namespace}/events`, {
      apiVersion: "v1",
      kind: "Event",
      metadata: { generateName: `${name}.`, namespace },
      involvedObject: { apiVersion: "v1", kind: "Service", namespace, name, uid },
      ...event,
      source: { component: "service" },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    });
  }
}

const clip = (part: string): string => part.replaceAll(/[^a-z0-9]/g, "").slice(0, 8);

function pathOf({ metadata }: KubernetesObject): string {
  return `/api/v1/namespaces/${metadata.namespace}/services/${metadata.name}`;
}

/** Its webhook: gives a new Service of type LoadBalancer without a class its own. */
export function startServiceWebhook(authority: Authority): Promise<Listening> {
  const answer = async (body: string): Promise<unknown> => {
    const { request }: { request: { uid: string; object: KubernetesObject } } = JSON.parse(body);
    const { object } = request;
    const claims =
      at(object, "spec", "type") === "LoadBalancer" &&
      text(at(object, "spec", "loadBalancerClass")) === "";
    const patch = [{ op: "add", path: "/spec/loadBalancerClass", value: CLASS }];
    const encoded = Buffer.from(JSON.stringify(patch)).toString("base64");
    const change = claims ? { patchType: "JSONPatch", patch: encoded } : {};
    const response = { uid: request.uid, allowed: true, ...change };
    return { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response };
  };
  return listenJson(authority, answer);
}
