import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { parseObject } from "../../../src/adapters/cluster/objects.ts";
import type { ResourceKind } from "../../../src/kinds.ts";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import {
  applyFields,
  type Conflict,
  managedFields,
  type Owners,
  updateFields,
} from "./field-owners.ts";
import type { Fields } from "./field-paths.ts";

interface Stored {
  object: KubernetesObject;
  owners: Owners;
}

export interface Change {
  version: number;
  kind: ResourceKind;
  before: KubernetesObject | undefined;
  after: KubernetesObject | undefined;
}

/** Objects with versions, owners and a log of changes: what an API server keeps in etcd. */
export class ObjectStore {
  readonly #objects = new Map<string, Stored>();
  readonly #log: Change[] = [];
  readonly #listeners = new Set<(change: Change) => void>();
  /** Changes up to here are forgotten: a watch from before them is 410 Gone. */
  compacted = 0;
  version = 100;

  list(kind: ResourceKind, namespace?: string): KubernetesObject[] {
    const prefix = `${kind.apiVersion}/${kind.plural}/`;
    return [...this.#objects]
      .filter(([key]) => key.startsWith(prefix))
      .map(([, { object }]) => object)
      .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
      .sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  }

  get(
    kind: ResourceKind,
    namespace: string | undefined,
    name: string,
  ): KubernetesObject | undefined {
    return this.#objects.get(keyOf(kind, namespace, name))?.object;
  }

  /** Server-side apply; the conflicts where there are any. */
  apply(
    kind: ResourceKind,
    manager: string,
    wanted: KubernetesObject,
  ): KubernetesObject | Conflict[] {
    const { apiVersion, kind: name, metadata } = wanted;
    const stored = this.#stored(kind, wanted);
    const live = stored?.object ?? { apiVersion, kind: name, metadata: bare(metadata) };
    const result = applyFields(live, stored?.owners ?? new Map(), manager, wanted);
    if ("conflicts" in result) return result.conflicts;
    return this.#save(kind, parseObject(result.object), result.owners);
  }

  /** As a create, a replace or a patch leaves it. */
  update(kind: ResourceKind, manager: string, next: KubernetesObject): KubernetesObject {
    const stored = this.#stored(kind, next);
    const live: Fields = stored?.object ?? {};
    const owners = updateFields(live, stored?.owners ?? new Map(), manager, next);
    return this.#save(kind, next, owners);
  }

  delete(kind: ResourceKind, object: KubernetesObject): void {
    if ((object.metadata.finalizers ?? []).length > 0) {
      const deletionTimestamp = object.metadata.deletionTimestamp ?? new Date().toISOString();
      const metadata = { ...object.metadata, deletionTimestamp };
      this.#save(kind, { ...object, metadata }, this.#stored(kind, object)?.owners ?? new Map());
      return;
    }
    this.#objects.delete(keyOf(kind, object.metadata.namespace, object.metadata.name));
    this.version += 1;
    const last = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(this.version) },
    };
    this.#tell({ version: this.version, kind, before: last, after: undefined });
  }

  /** Changes after a version, then those to come; ends with the returned function. */
  follow(since: number, listener: (change: Change) => void): () => void {
    for (const change of this.#log.filter(({ version }) => version > since)) listener(change);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #stored(kind: ResourceKind, { metadata }: KubernetesObject): Stored | undefined {
    return this.#objects.get(keyOf(kind, metadata.namespace, metadata.name));
  }

  #save(kind: ResourceKind, next: KubernetesObject, owners: Owners): KubernetesObject {
    const stored = this.#stored(kind, next);
    const before = stored?.object;
    const isSame = before !== undefined && isDeepStrictEqual(content(before), content(next));
    if (isSame && isDeepStrictEqual(stored?.owners, owners)) return before;
    this.version += 1;
    const specChanged = !isDeepStrictEqual(before?.["spec"], next["spec"]);
    const generation = (before?.metadata.generation ?? 0) + (specChanged ? 1 : 0);
    const object: KubernetesObject = {
      ...structuredClone(next),
      metadata: {
        ...structuredClone(next.metadata),
        uid: before?.metadata.uid ?? randomUUID(),
        creationTimestamp: before?.metadata.creationTimestamp ?? new Date().toISOString(),
        resourceVersion: String(this.version),
        ...(generation === 0 ? {} : { generation }),
        managedFields: managedFields(owners, next.apiVersion),
      },
    };
    const { deletionTimestamp, finalizers = [] } = object.metadata;
    this.#objects.set(keyOf(kind, object.metadata.namespace, object.metadata.name), {
      object,
      owners,
    });
    this.#tell({ version: this.version, kind, before, after: object });
    if (deletionTimestamp !== undefined && finalizers.length === 0) this.delete(kind, object);
    return object;
  }

  #tell(change: Change): void {
    this.#log.push(change);
    for (const listener of this.#listeners) listener(change);
  }
}

const keyOf = (kind: ResourceKind, namespace: string | undefined, name: string): string =>
  `${kind.apiVersion}/${kind.plural}/${namespace ?? ""}/${name}`;

const nameOf = ({ metadata }: KubernetesObject): string =>
  `${metadata.namespace ?? ""}/${metadata.name}`;

const bare = ({ name, namespace }: KubernetesObject["metadata"]): KubernetesObject["metadata"] =>
  namespace === undefined ? { name } : { name, namespace };

/** What a no-op must leave as it is. */
function content(object: KubernetesObject): unknown {
  const { managedFields: _, resourceVersion: __, ...metadata } = object.metadata;
  return { ...object, metadata };
}
