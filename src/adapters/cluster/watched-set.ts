import type { KubernetesObject } from "../../ports/kubernetes.ts";
import type { WatchEvent } from "./objects.ts";

/** The objects of a list, kept current by the events of a watch. */
export class WatchedSet {
  /** Where the next watch begins; empty when the set has to be listed (again). */
  resourceVersion = "";
  #objects: Map<string, KubernetesObject> | undefined;

  objects(): readonly KubernetesObject[] {
    return [...(this.#objects?.values() ?? [])];
  }

  /** After a list; `true` when it differs from what was known, and the first time. */
  replace(items: readonly KubernetesObject[], resourceVersion: string): boolean {
    const next = new Map(items.map((item) => [keyOf(item), item]));
    const changed = this.#objects === undefined || !isSame(this.#objects, next);
    this.#objects = next;
    this.resourceVersion = resourceVersion;
    return changed;
  }

  /** `true` when an event changed the set. */
  apply(events: readonly WatchEvent[]): boolean {
    let changed = false;
    for (const event of events) {
      if (event.type === "ERROR") {
        this.forgetVersion();
      } else if (event.type === "BOOKMARK") {
        this.resourceVersion = event.resourceVersion;
      } else {
        changed = this.#applyChange(event.type, event.object) || changed;
      }
    }
    return changed;
  }

  forgetVersion(): void {
    this.resourceVersion = "";
  }

  #applyChange(type: "ADDED" | "MODIFIED" | "DELETED", object: KubernetesObject): boolean {
    const objects = (this.#objects ??= new Map<string, KubernetesObject>());
    const key = keyOf(object);
    this.resourceVersion = object.metadata.resourceVersion ?? this.resourceVersion;
    if (type === "DELETED") return objects.delete(key);
    if (versionOf(objects.get(key)) === versionOf(object)) return false;
    objects.set(key, object);
    return true;
  }
}

const keyOf = ({ metadata }: KubernetesObject): string =>
  `${metadata.namespace ?? ""}/${metadata.name}`;

const versionOf = (object: KubernetesObject | undefined): string | undefined =>
  object === undefined
    ? undefined
    : `${object.metadata.uid ?? ""}@${object.metadata.resourceVersion ?? ""}`;

function isSame(a: Map<string, KubernetesObject>, b: Map<string, KubernetesObject>): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([key, object]) => versionOf(object) === versionOf(b.get(key)));
}
