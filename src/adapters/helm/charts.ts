import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Cancelled, UserError } from "../../errors.ts";
import type { Charts, Release, ReleaseRequest } from "../../ports/charts.ts";
import type { Kubernetes } from "../../ports/kubernetes.ts";
import type { Clock } from "../../ports/world.ts";
import type { ApiClient } from "../cluster/api-client.ts";
import type { ChildProcesses, Finished } from "../cluster/child-processes.ts";
import { helmFlags, type Target } from "../cluster/kubeconfig.ts";
import { rollbackArguments, uninstallArguments, upgradeArguments } from "./arguments.ts";
import { classifyHelm, isRegistryDenial, isWaitTimeout, unreadyIn } from "./failures.ts";
import { listRevisions, newestOf, readRelease, type Revision } from "./releases.ts";
import { WorkloadWatch } from "./workloads.ts";

export interface ChartsParts {
  client: ApiClient;
  children: ChildProcesses;
  target: Target;
  clock: Clock;
  kubernetes: Kubernetes;
  /** Before a child that reads the token's file starts. */
  refreshIfDue: () => Promise<void>;
  /** A private one, for an empty registry config. */
  directory: string;
}

/** helm writes the state of its release after SIGINT: killed before, it leaves it pending. */
const GRACE_MS = 30_000;

/** The Charts port: releases are read from their Secrets, and changed by helm. */
export function createCharts(parts: ChartsParts): Charts {
  const releases = new ReleaseReader(parts.client);
  const helm = new HelmRunner(parts);
  return {
    list: () => releases.list(),
    async apply(request, { signal, onProgress }) {
      if (signal.aborted) throw new Cancelled();
      const watch = new WorkloadWatch(parts.kubernetes, request, (message) => {
        onProgress?.(message);
      });
      watch.start();
      try {
        await helm.upgrade(request, signal, watch);
      } finally {
        await watch.end();
      }
    },
    async rollback(name, namespace) {
      const revision = chooseRevision(
        await listRevisions(parts.client, namespace),
        name,
        namespace,
      );
      await helm.change(rollbackArguments(name, namespace, revision), name, namespace);
    },
    uninstall: (name, namespace) =>
      helm.change(uninstallArguments(name, namespace), name, namespace),
  };
}

/** Reads each Secret once for as long as it does not change. */
class ReleaseReader {
  readonly #client: ApiClient;
  #known = new Map<string, Release>();

  constructor(client: ApiClient) {
    this.#client = client;
  }

  async list(): Promise<Release[]> {
    const newest = newestOf(await listRevisions(this.#client));
    const read = await Promise.all(
      newest.map(async (revision) => {
        const known = this.#known.get(revision.version);
        return [revision.version, known ?? (await readRelease(this.#client, revision))] as const;
      }),
    );
    const found = read.flatMap(([key, release]) =>
      release === undefined ? [] : ([[key, release]] as const),
    );
    this.#known = new Map(found);
    return found.map(([, release]) => structuredClone(release));
  }
}

/** The newest that was deployed; else the newest that was not cut off, as what to go on from. */
function chooseRevision(revisions: readonly Revision[], name: string, namespace: string): number {
  const own = revisions.filter((one) => one.name === name && one.namespace === namespace);
  for (const status of ["deployed", "superseded", "failed"] as const) {
    const found = newestOf(own.filter((one) => one.status === status))[0];
    if (found !== undefined) return found.revision;
  }
  throw new UserError(
    "GT-RELEASE-STATE",
    `The release ${namespace}/${name} has no revision to go back to.`,
    {
      hint: `Remove it, then run the same command again: helm uninstall ${name} --namespace ${namespace}`,
    },
  );
}

class HelmRunner {
  readonly #parts: ChartsParts;
  #emptyRegistryConfig: string | undefined;

  constructor(parts: ChartsParts) {
    this.#parts = parts;
  }

  async upgrade(request: ReleaseRequest, signal: AbortSignal, watch: WorkloadWatch): Promise<void> {
    const args = upgradeArguments(request);
    const run = async (more: readonly string[]) =>
      this.#run([...args, ...more], { signal, input: JSON.stringify(request.values) });
    const first = await run([]);
    if (first.exitCode === 0) return;
    const error = await this.#explain(first, request, signal, watch);
    if (!isRegistryDenial(error)) throw error;
    // A login that has expired is sent, and refused, where none is needed.
    const second = await run([`--registry-config=${this.#emptyConfig()}`]);
    if (second.exitCode !== 0) throw await this.#explain(second, request, signal, watch);
  }

  async change(args: readonly string[], name: string, namespace: string): Promise<void> {
    const { exitCode, stderr, interrupted } = await this.#run(args, {});
    if (exitCode === 0) return;
    if (interrupted) throw new Cancelled();
    throw classifyHelm(stderr, { name, namespace, chart: name, server: this.#parts.target.server });
  }

  async #run(
    args: readonly string[],
    options: { signal?: AbortSignal; input?: string },
  ): Promise<Finished> {
    const { refreshIfDue, children, target } = this.#parts;
    await refreshIfDue();
    return children.run("helm", [...args, ...helmFlags(target)], { ...options, graceMs: GRACE_MS });
  }

  async #explain(
    { stderr, interrupted }: Finished,
    request: ReleaseRequest,
    signal: AbortSignal,
    watch: WorkloadWatch,
  ): Promise<UserError> {
    const { name, namespace, chart, timeLimitMs } = request;
    if (interrupted || signal.aborted) {
      return new Cancelled(`Stopped while helm was at the release ${namespace}/${name}.`, {
        hint: "Run the same command again: it resumes.",
        written: [`began with helm release ${namespace}/${name}`],
      });
    }
    if (/another operation .* is in progress/.test(stderr)) return this.#pending(name, namespace);
    if (isWaitTimeout(stderr)) {
      const unready = unreadyIn(stderr) ?? watch.describe();
      return timedOut(`${namespace}/${name}`, timeLimitMs, unready);
    }
    return classifyHelm(stderr, { name, namespace, chart, server: this.#parts.target.server });
  }

  async #pending(name: string, namespace: string): Promise<UserError> {
    const revisions = await listRevisions(this.#parts.client, namespace);
    const newest = newestOf(revisions.filter((one) => one.name === name))[0];
    const release =
      newest === undefined ? undefined : await readRelease(this.#parts.client, newest);
    const since = release === undefined ? "" : `, since ${release.updatedAt}`;
    const state =
      newest === undefined ? "pending" : `${newest.status} (revision ${newest.revision}${since})`;
    return new UserError(
      "GT-RELEASE-PENDING",
      `The release ${namespace}/${name} is ${state}: another helm is at work on it, or was killed.`,
      {
        hint: `If no helm runs any more, go back first: helm rollback ${name} --namespace ${namespace}`,
      },
    );
  }

  #emptyConfig(): string {
    if (this.#emptyRegistryConfig === undefined) {
      const path = join(this.#parts.directory, "registry.json");
      writeFileSync(path, "{}", { mode: 0o600 });
      this.#emptyRegistryConfig = path;
    }
    return this.#emptyRegistryConfig;
  }
}

function timedOut(release: string, timeLimitMs: number, unready: string): UserError {
  const seen = unready === "" ? "" : `; last seen: ${unready}`;
  return new UserError(
    "GT-RELEASE-TIMEOUT",
    `The release ${release} was not ready within ${Math.round(timeLimitMs / 1000)} s${seen}.`,
    {
      hint: "Look at its pods and their events, then run the same command again: it resumes.",
      exitCode: 124,
      written: [`began with helm release ${release}`],
    },
  );
}
