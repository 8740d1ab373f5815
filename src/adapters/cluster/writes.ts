import { findKind, kinds, type ResourceKind } from "../../kinds.ts";
import type { KubernetesObject, ObjectRef } from "../../ports/kubernetes.ts";
import type { ApiClient, ApiRequest } from "./api-client.ts";
import { FIELD_MANAGER } from "./apply.ts";
import { resourcePath, withQuery } from "./resource-path.ts";

const CONFLICT = 409;

/** As `Kubernetes.patch`. */
export async function patchObject(
  client: ApiClient,
  { kind, name, namespace }: ObjectRef,
  patch: Record<string, unknown>,
): Promise<void> {
  await write(client, {
    method: "PATCH",
    path: ours(resourcePath(kind, namespace, name)),
    contentType: "application/merge-patch+json",
    body: patch,
    what: `Changing ${kind.kind} ${name}`,
  });
}

/** As `Kubernetes.delete`, for one object. */
export async function deleteObject(
  client: ApiClient,
  { kind, name, namespace }: ObjectRef,
): Promise<void> {
  const request = {
    method: "DELETE",
    path: resourcePath(kind, namespace, name),
    body: { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Background" },
    what: `Deleting ${kind.kind} ${name}`,
  } as const;
  const answer = await client.send(request);
  const isGoing = answer.status === CONFLICT && kind === kinds.Namespace;
  // A namespace that is already going away answers 409.
  if (answer.status < 300 || answer.status === 404 || isGoing) return;
  throw client.failure(answer, request.what);
}

/** As `Kubernetes.create`. */
export async function createObject(client: ApiClient, object: KubernetesObject): Promise<boolean> {
  const { name, namespace } = object.metadata;
  const path = ours(resourcePath(kindOf(object), namespace));
  const what = `Creating ${object.kind} ${name}`;
  const status = await write(client, { method: "POST", path, body: object, what }, [CONFLICT]);
  return status !== CONFLICT;
}

/** As `Kubernetes.replace`. */
export async function replaceObject(client: ApiClient, object: KubernetesObject): Promise<boolean> {
  const { name, namespace } = object.metadata;
  const path = ours(resourcePath(kindOf(object), namespace, name));
  const what = `Replacing ${object.kind} ${name}`;
  const request = { method: "PUT", path, body: object, what } as const;
  return (await write(client, request, [CONFLICT, 404])) < 300;
}

async function write(
  client: ApiClient,
  request: ApiRequest,
  expected: readonly number[] = [],
): Promise<number> {
  const answer = await client.send(request);
  if (answer.status >= 300 && !expected.includes(answer.status)) {
    throw client.failure(answer, request.what);
  }
  return answer.status;
}

const ours = (path: string): string => withQuery(path, { fieldManager: FIELD_MANAGER });

function kindOf(object: KubernetesObject): ResourceKind {
  const kind = findKind(object);
  if (kind === undefined) throw new Error(`${object.apiVersion} ${object.kind} is not in kinds.ts`);
  return kind;
}
