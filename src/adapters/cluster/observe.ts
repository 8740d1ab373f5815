import { UserError } from "../../errors.ts";
import type { ResourceKind } from "../../kinds.ts";
import type { KubernetesObject, ListOptions } from "../../ports/kubernetes.ts";
import type { Clock } from "../../ports/world.ts";
import type { ApiClient } from "./api-client.ts";
import type { WatchEvent } from "./objects.ts";
import { listObjects } from "./reads.ts";
import { resourcePath, selectors, withQuery } from "./resource-path.ts";
import { WatchedSet } from "./watched-set.ts";
import { readWatch } from "./watch-stream.ts";

/** The server ends a watch by then, so that one on a dead connection is not held for ever. */
const WATCH_SECONDS = 240;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;
const DEFAULT_RETRY = { limitMs: 60_000 };

/** With `name` a single object, else what the options select. */
export interface Observed {
  kind: ResourceKind;
  options: ListOptions & { name?: string };
}

/** As `Kubernetes.observe`. */
export async function* observeObjects(
  client: ApiClient,
  clock: Clock,
  observed: Observed,
  signal: AbortSignal,
): AsyncGenerator<readonly KubernetesObject[]> {
  const set = new WatchedSet();
  const pauses = new Pauses(clock, signal);
  while (!signal.aborted) {
    try {
      if (set.resourceVersion === "") {
        const listing = await listObjects(client, observed.kind, observed.options, { signal });
        pauses.answered();
        if (set.replace(listing?.items ?? [], listing?.resourceVersion ?? "")) yield set.objects();
      }
      // Not served yet: there is nothing to watch.
      if (set.resourceVersion !== "") {
        for await (const events of openWatch(client, observed, set.resourceVersion, signal)) {
          pauses.heard();
          if (set.apply(events)) yield set.objects();
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      pauses.rethrowIfLasting(error);
      set.forgetVersion();
    }
    await pauses.next();
  }
}

async function* openWatch(
  client: ApiClient,
  { kind, options }: Observed,
  resourceVersion: string,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent[]> {
  const path = withQuery(resourcePath(kind, options.namespace), {
    ...selectors(options),
    watch: "1",
    allowWatchBookmarks: "true",
    timeoutSeconds: String(WATCH_SECONDS),
    resourceVersion,
  });
  const what = `Watching ${kind.plural}`;
  const opened = await client.open({ path, what, signal });
  if ("status" in opened) {
    // 410: the version is too old; 404: the kind is served no more. Both are listed again.
    if (opened.status !== 410 && opened.status !== 404) throw client.failure(opened, what);
    yield [{ type: "ERROR" }];
  } else {
    yield* readWatch(opened);
  }
}

/** Growing pauses between attempts, and the end of patience. */
class Pauses {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #pauseMs = FIRST_PAUSE_MS;
  #failingSince: number | undefined;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Something was heard: the next pause is short again. */
  heard(): void {
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  async next(): Promise<void> {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    try {
      await this.#clock.sleep(pauseMs, this.#signal);
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    }
  }

  /** The cluster answered a list: what failed before is over. */
  answered(): void {
    this.#failingSince = undefined;
  }

  /** What may pass is waited for, for as long as it says; a broken watch as long as the others. */
  rethrowIfLasting(error: unknown): void {
    const retry = error instanceof UserError ? error.retry : DEFAULT_RETRY;
    const now = this.#clock.now().getTime();
    this.#failingSince ??= now;
    if (retry === undefined || now - this.#failingSince >= retry.limitMs) throw error;
  }
}
