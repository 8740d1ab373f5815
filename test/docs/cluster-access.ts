import type { AccessRequest, Kubernetes, KubernetesObject } from "../../src/ports/kubernetes.ts";
import { findKind, type ResourceKind } from "../../src/kinds.ts";
import type { ClusterConnection } from "../../src/ports/world.ts";

type Ask = (request: AccessRequest) => void;

const groupOf = (apiVersion: string) =>
  apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";

function requestsOf(
  { apiVersion, plural }: ResourceKind,
  verbs: readonly string[],
  namespace: string | undefined,
): AccessRequest[] {
  return verbs.map((verb) => ({
    verb,
    group: groupOf(apiVersion),
    resource: plural,
    ...(namespace === undefined ? {} : { namespace }),
  }));
}

function kindOf(object: KubernetesObject): ResourceKind {
  const plural = `${object.kind.toLowerCase()}s`;
  const unknown = { apiVersion: object.apiVersion, kind: object.kind, plural, namespaced: true };
  return findKind(object) ?? unknown;
}

/** A cluster that tells of each call what RBAC would have to allow for it. */
export function listenToCluster(connection: ClusterConnection, ask: Ask): ClusterConnection {
  const { kubernetes, charts } = connection;
  const tell = (kind: ResourceKind, verbs: readonly string[], namespace?: string): void => {
    for (const request of requestsOf(kind, verbs, namespace)) ask(request);
  };
  const tellOf = (objects: readonly KubernetesObject[], ...verbs: string[]): void => {
    for (const object of objects) tell(kindOf(object), verbs, object.metadata.namespace);
  };
  const heard: Kubernetes = {
    ...kubernetes,
    get: (ref) => (tell(ref.kind, ["get"], ref.namespace), kubernetes.get(ref)),
    list: (kind, options) => (
      tell(kind, ["list"], options?.namespace),
      kubernetes.list(kind, options)
    ),
    observe: (kind, options, signal) => (
      tell(kind, ["list", "watch"], options.namespace),
      kubernetes.observe(kind, options, signal)
    ),
    logs(query) {
      ask({ verb: "list", group: "", resource: "pods", namespace: query.namespace });
      ask({ verb: "get", group: "", resource: "pods/log", namespace: query.namespace });
      return kubernetes.logs(query);
    },
    // kubectl applies by a patch, which creates what is not there.
    apply: (objects) => (tellOf(objects, "create", "patch"), kubernetes.apply(objects)),
    patch: (ref, patch) => (tell(ref.kind, ["patch"], ref.namespace), kubernetes.patch(ref, patch)),
    delete(refs) {
      for (const { kind, namespace } of refs) tell(kind, ["delete"], namespace);
      return kubernetes.delete(refs);
    },
    create: (object) => (tellOf([object], "create"), kubernetes.create(object)),
    replace: (object) => (tellOf([object], "update"), kubernetes.replace(object)),
  };
  const releases = () => {
    // helm keeps its releases in Secrets.
    ask({ verb: "list", group: "", resource: "secrets" });
    return charts.list();
  };
  return { ...connection, kubernetes: heard, charts: { ...charts, list: releases } };
}
