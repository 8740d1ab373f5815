import type { ResourceKind } from "../kinds.ts";

/** An object's metadata, as Kubernetes spells it; moments are ISO 8601. */
export interface ObjectMeta {
  name: string;
  /** Absent for a kind that has none. */
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  /** Counts changes of the spec: a status is about the one that it has observed. */
  generation?: number;
  creationTimestamp?: string;
  /** Set while it is on its way out: its finalizers hold it. */
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string }[];
  managedFields?: {
    manager: string;
    /** `Apply` for server-side apply, else `Update`. */
    operation: string;
    /** When it last changed something, ISO 8601. */
    time?: string;
    subresource?: string;
    fieldsV1?: Record<string, unknown>;
  }[];
}

/** Any Kubernetes object; what else it has is parsed where it is read. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** Which object: `namespace` for namespaced kinds. */
export interface ObjectRef {
  kind: ResourceKind;
  name: string;
  namespace?: string;
}

/** What narrows a list or a watch; without `namespace`, all of them. */
export interface ListOptions {
  namespace?: string;
  /** A Kubernetes label selector: `a=b,c in (d,e)`. */
  labelSelector?: string;
  /** A Kubernetes field selector: `type=Warning`. */
  fieldSelector?: string;
}

/** Whether the caller may do this (a SelfSubjectAccessReview). */
export interface AccessRequest {
  verb: string;
  /** Empty for the core group. */
  group: string;
  /** The plural; with a subresource as RBAC spells it: `pods/log`. */
  resource: string;
  /** Left out: in every namespace, or for a kind that has none. */
  namespace?: string;
}

/** Which logs, and how much of each. */
export interface LogQuery {
  namespace: string;
  labelSelector: string;
  /** Left out: the one that `kubectl logs` would choose. */
  container?: string;
  /** Of each pod. */
  tailLines: number;
}

/** A cluster, read and written over one `kubectl proxy`. */
export interface Kubernetes {
  /** The API server's version, as it spells it: `v1.34.2-eks-1234567`. */
  version(): Promise<string>;
  /** `undefined` when the object, or its whole kind, is absent. */
  get(ref: ObjectRef): Promise<KubernetesObject | undefined>;
  /** Every page; empty when the cluster does not serve the kind. */
  list(kind: ResourceKind, options?: ListOptions): Promise<KubernetesObject[]>;
  /**
   * The whole set once at the start and again after each change, until `signal` aborts (then it
   * just ends). A list and a watch, re-listed when the server ends the watch; a kind that is not
   * served yet is an empty set until it is.
   */
  observe(
    kind: ResourceKind,
    options: ListOptions & { name?: string },
    signal: AbortSignal,
  ): AsyncIterable<readonly KubernetesObject[]>;
  /** The last lines of every pod that matches, oldest first; empty without pods. */
  logs(query: LogQuery): Promise<string[]>;
  /** SelfSubjectAccessReviews, side by side; one answer per request, in order. */
  review(requests: readonly AccessRequest[]): Promise<boolean[]>;
  /**
   * Server-side apply of all objects (field manager `gateway-tls`): namespaces first, the others
   * side by side. Never forces a conflict.
   */
  apply(objects: readonly KubernetesObject[]): Promise<void>;
  /** JSON merge patch of one object. */
  patch(ref: ObjectRef, patch: Record<string, unknown>): Promise<void>;
  /** Absent objects are fine. Returns when the API server has accepted the deletions. */
  delete(refs: readonly ObjectRef[]): Promise<void>;
  /** `false` when the object exists already. For the Lease. */
  create(object: KubernetesObject): Promise<boolean>;
  /** Replaces by `metadata.resourceVersion`; `false` when it changed meanwhile. For the Lease. */
  replace(object: KubernetesObject): Promise<boolean>;
}
