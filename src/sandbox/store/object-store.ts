import { isDeepStrictEqual } from "node:util";
import type { ResourceKind } from "../../kinds.ts";
import type { KubernetesObject, ObjectMeta } from "../../ports/kubernetes.ts";
import type { WorldState } from "../world-state.ts";
import { withDefaults } from "./defaults.ts";
import { findServedKind, groupOf } from "./served-kinds.ts";

/** Without `namespace` an object of the whole cluster. */
export interface ObjectKey {
  apiVersion: string;
  kind: string;
  name: string;
  namespace?: string | undefined;
}

/**
 * The cluster's objects, with what the API server does to each write: uid, creation time,
 * resource version, generation, defaults. Returned objects are the stored ones: read them, and
 * write through `update`.
 */
export class ObjectStore {
  readonly #state: WorldState;
  readonly #onChange: (object: KubernetesObject) => void;
  /** What was asked for since the last change of its kind: controllers ask all the time. */
  readonly #byKind = new Map<string, KubernetesObject[]>();
  readonly #served = new Map<string, ResourceKind | undefined>();

  constructor(state: WorldState, onChange: (object: KubernetesObject) => void) {
    this.#state = state;
    this.#onChange = onChange;
  }

  served(wanted: { apiVersion: string; kind: string }): ResourceKind | undefined {
    const key = `${wanted.apiVersion} ${wanted.kind}`;
    if (!this.#served.has(key)) {
      this.#served.set(key, findServedKind(this.all("CustomResourceDefinition"), wanted));
    }
    return this.#served.get(key);
  }

  /** Every object of a kind name, whatever its version, by namespace and name. */
  all(kind: string, namespace?: string): KubernetesObject[] {
    let all = this.#byKind.get(kind);
    if (all === undefined) {
      all = Object.values(this.#state.objects).filter((object) => object.kind === kind);
      this.#byKind.set(kind, all);
    }
    return namespace === undefined
      ? [...all]
      : all.filter(({ metadata }) => metadata.namespace === namespace);
  }

  everything(): KubernetesObject[] {
    return Object.values(this.#state.objects);
  }

  find(key: ObjectKey): KubernetesObject | undefined {
    return this.#state.objects[keyOf(key)];
  }

  /** By kind name alone: for controllers, which know their kinds. */
  findKind(kind: string, name: string, namespace?: string): KubernetesObject | undefined {
    return this.all(kind, namespace).find(({ metadata }) => metadata.name === name);
  }

  create(object: KubernetesObject): KubernetesObject {
    const copy = withDefaults(structuredClone(object));
    const metadata: ObjectMeta = {
      ...copy.metadata,
      uid: this.#nextUid(),
      resourceVersion: this.#nextVersion(),
      generation: 1,
      creationTimestamp: this.timestamp(),
    };
    const created = { ...copy, metadata };
    this.#state.objects[keyOf({ ...created, ...metadata })] = created;
    this.#changed(created);
    return created;
  }

  /** Changes a copy; nothing happens when the copy ends up equal. */
  update(object: KubernetesObject, change: (draft: KubernetesObject) => void): KubernetesObject {
    const draft = structuredClone(object);
    change(draft);
    return this.put(object, draft);
  }

  /** Writes `next` in place of `object`. */
  put(object: KubernetesObject, next: KubernetesObject): KubernetesObject {
    const draft = withDefaults(next);
    if (isDeepStrictEqual(object, draft)) return object;
    const { generation = 1 } = object.metadata;
    const changed = !isDeepStrictEqual(intentOf(object), intentOf(draft));
    draft.metadata = {
      ...draft.metadata,
      resourceVersion: this.#nextVersion(),
      generation: changed ? generation + 1 : generation,
    };
    this.#state.objects[keyOf({ ...draft, ...draft.metadata })] = draft;
    this.#changed(draft);
    return draft;
  }

  setStatus(object: KubernetesObject, status: Record<string, unknown>): KubernetesObject {
    if (isDeepStrictEqual(object["status"], status)) return object;
    return this.update(object, (draft) => {
      draft["status"] = status;
    });
  }

  /** Asks for deletion: gone at once, or when the last finalizer is. */
  remove(object: KubernetesObject): void {
    const { finalizers = [], deletionTimestamp } = object.metadata;
    const held = finalizers.length > 0 || object.kind === "Namespace";
    if (!held) return this.erase(object);
    if (deletionTimestamp !== undefined) return;
    this.update(object, (draft) => {
      draft.metadata.deletionTimestamp = this.timestamp();
      if (draft.kind === "Namespace") draft["status"] = { phase: "Terminating" };
    });
  }

  erase(object: KubernetesObject): void {
    const { uid = "" } = object.metadata;
    delete this.#state.objects[keyOf({ ...object, ...object.metadata })];
    delete this.#state.logs[uid];
    for (const name of Object.keys(this.#state.timers)) {
      if (name.startsWith(`${uid}/`)) delete this.#state.timers[name];
    }
    this.#nextVersion();
    this.#changed(object);
  }

  /** Seconds precision, as the API server writes times. */
  timestamp(at = this.#state.now): string {
    return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
  }

  #changed(object: KubernetesObject): void {
    this.#byKind.delete(object.kind);
    if (object.kind === "CustomResourceDefinition") this.#served.clear();
    this.#onChange(object);
  }

  #nextVersion(): string {
    this.#state.counter += 1;
    return String(this.#state.counter);
  }

  #nextUid(): string {
    this.#state.counter += 1;
    return `00000000-0000-4000-8000-${this.#state.counter.toString(16).padStart(12, "0")}`;
  }
}

/** All but metadata and status: what a generation counts. */
function intentOf(object: KubernetesObject): unknown {
  const { metadata: _, status: __, ...intent } = object;
  return intent;
}

function keyOf({ apiVersion, kind, name, namespace }: ObjectKey): string {
  return `${groupOf(apiVersion)}/${kind}|${namespace ?? ""}|${name}`;
}
