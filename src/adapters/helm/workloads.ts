import * as v from "valibot";
import { kinds } from "../../kinds.ts";
import type { Kubernetes, KubernetesObject } from "../../ports/kubernetes.ts";

const Counts = v.fallback(v.record(v.string(), v.unknown()), {});

/**
 * What helm is waiting for: workloads of the release that are not ready, newest look first. helm 3
 * never says which.
 */
export class WorkloadWatch {
  readonly #kubernetes: Kubernetes;
  readonly #release: { name: string; namespace: string };
  readonly #stop = new AbortController();
  readonly #unready = new Map<string, string[]>();
  readonly #onChange: (message: string) => void;
  #watching: Promise<void> = Promise.resolve();
  #last = "";

  constructor(
    kubernetes: Kubernetes,
    release: { name: string; namespace: string },
    onChange: (message: string) => void,
  ) {
    this.#kubernetes = kubernetes;
    this.#release = release;
    this.#onChange = onChange;
  }

  start(): void {
    const watching = [kinds.Deployment, kinds.DaemonSet].map((kind) => this.#watch(kind));
    // What cannot be seen is not shown; helm itself tells what is wrong.
    this.#watching = Promise.allSettled(watching).then(() => undefined);
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  /** `Deployment web/app has 0 of 2 ready`; empty when all are ready. */
  describe(): string {
    return [...this.#unready.values()].flat().join(", ");
  }

  async #watch(kind: typeof kinds.Deployment): Promise<void> {
    const { namespace } = this.#release;
    const sets = this.#kubernetes.observe(kind, { namespace }, this.#stop.signal);
    for await (const objects of sets) {
      this.#unready.set(
        kind.kind,
        objects.filter((one) => this.#isOurs(one)).flatMap(describeUnready),
      );
      const message = this.describe();
      if (message !== "" && message !== this.#last) this.#onChange(`waiting: ${message}`);
      this.#last = message;
    }
  }

  #isOurs({ metadata }: KubernetesObject): boolean {
    return metadata.annotations?.["meta.helm.sh/release-name"] === this.#release.name;
  }
}

/** As `kubectl rollout status` sees it; empty when it is ready. */
export function describeUnready(object: KubernetesObject): string[] {
  const spec = v.parse(Counts, object["spec"]);
  const status = v.parse(Counts, object["status"]);
  const isDaemon = object.kind === kinds.DaemonSet.kind;
  const wanted = isDaemon ? count(status["desiredNumberScheduled"], 0) : count(spec["replicas"], 1);
  const ready = count(status[isDaemon ? "numberReady" : "availableReplicas"], 0);
  const seen = count(status["observedGeneration"], 0) >= (object.metadata.generation ?? 0);
  if (seen && ready >= wanted) return [];
  const { namespace = "", name } = object.metadata;
  return [`${object.kind} ${namespace}/${name} has ${ready} of ${wanted} ready`];
}

const count = (value: unknown, otherwise: number): number =>
  typeof value === "number" ? value : otherwise;
