import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { pause } from "../process.ts";
import type { ApiClient } from "./client.ts";

const RETRY_MS = 300;

/** All objects of one kind, kept in step by a watch. A kind that is not served yet has none. */
export class Mirror {
  readonly #client: ApiClient;
  readonly #path: string;
  readonly #onChange: () => void;
  readonly #objects = new Map<string, KubernetesObject>();
  readonly #ending = new AbortController();
  /** Resolves with the first list, also with that of a kind that is not served. */
  readonly filled: Promise<void>;
  #fill: () => void = () => undefined;

  /** `path` of the collection, with its selector if any. */
  constructor(client: ApiClient, path: string, onChange: () => void) {
    this.#client = client;
    this.#path = path;
    this.#onChange = onChange;
    this.filled = new Promise((resolve) => {
      this.#fill = resolve;
    });
    void this.#run();
  }

  all(namespace?: string): KubernetesObject[] {
    const objects = [...this.#objects.values()];
    if (namespace === undefined) return objects;
    return objects.filter(({ metadata }) => metadata.namespace === namespace);
  }

  find(name: string, namespace?: string): KubernetesObject | undefined {
    return this.#objects.get(`${namespace ?? ""}/${name}`);
  }

  /** Ahead of the watch: what is about to be written of an object, unless it has changed meanwhile. */
  swap(before: KubernetesObject, after: KubernetesObject): void {
    const key = keyOf(before);
    if (this.#objects.get(key) === before) this.#objects.set(key, after);
  }

  stop(): void {
    this.#ending.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch {
        // Not served yet, the server closed the watch, or the lab ends: list again.
      }
      if (!signal.aborted) await pause(RETRY_MS);
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { status, body } = await this.#client.send<ListReply>("GET", this.#path);
    if (status !== 200) {
      if (status !== 404) return;
      this.#replaceAll([]);
      return this.#fill();
    }
    this.#replaceAll(body.items);
    this.#fill();
    const mark = this.#path.includes("?") ? "&" : "?";
    const since = `watch=1&allowWatchBookmarks=true&resourceVersion=${body.metadata.resourceVersion}`;
    for await (const line of this.#client.watch(`${this.#path}${mark}${since}`, signal)) {
      const event: WatchEvent = JSON.parse(line);
      if (event.type === "ERROR") return;
      if (event.type === "BOOKMARK") continue;
      const key = keyOf(event.object);
      if (event.type === "DELETED") this.#objects.delete(key);
      else this.#objects.set(key, event.object);
      this.#onChange();
    }
  }

  #replaceAll(items: readonly KubernetesObject[]): void {
    if (items.length === 0 && this.#objects.size === 0) return;
    this.#objects.clear();
    for (const item of items) this.#objects.set(keyOf(item), item);
    this.#onChange();
  }
}

interface ListReply {
  metadata: { resourceVersion: string };
  items: KubernetesObject[];
}

interface WatchEvent {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  object: KubernetesObject;
}

function keyOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}
