import * as v from "valibot";
import { UserError } from "../../errors.ts";
import { kinds, type ResourceKind } from "../../kinds.ts";
import type {
  AccessRequest,
  KubernetesObject,
  ListOptions,
  LogQuery,
  ObjectRef,
} from "../../ports/kubernetes.ts";
import type { ApiClient } from "./api-client.ts";
import { type Page, parseObject, parsePage, parseStatusMessage } from "./objects.ts";
import { resourcePath, selectors, withQuery } from "./resource-path.ts";

const PAGE_SIZE = 500;
/** How often a list is begun anew because its pages expired (410 Gone) on the way. */
const LIST_ATTEMPTS = 3;

const VersionSchema = v.object({ gitVersion: v.string() });
const ReviewSchema = v.object({ status: v.object({ allowed: v.boolean() }) });
const PodSpecSchema = v.object({ containers: v.array(v.object({ name: v.string() })) });

/** As `Kubernetes.version`; `GT-KUBERNETES-FAILED` where something else answers. */
export async function readVersion(client: ApiClient): Promise<string> {
  const what = "Asking for the API server's version";
  const version = await client.read({ path: "/version", what }, parseVersion);
  if (version !== undefined) return version;
  throw new UserError("GT-KUBERNETES-FAILED", `${client.server} is no Kubernetes API server.`, {
    hint: "Check the cluster's endpoint.",
  });
}

const parseVersion = (value: unknown): string => v.parse(VersionSchema, value).gitVersion;

/** As `Kubernetes.get`. */
export async function getObject(
  client: ApiClient,
  { kind, name, namespace }: ObjectRef,
): Promise<KubernetesObject | undefined> {
  const path = resourcePath(kind, namespace, name);
  return client.read({ path, what: `Reading ${kind.kind} ${name}` }, parseObject);
}

/** Every page of a list, and the resource version that a watch of the same goes on from. */
export interface Listing {
  items: KubernetesObject[];
  resourceVersion: string;
}

/** `accept`: for the metadata alone, say; JSON of the whole objects by default. */
export interface ListRequest {
  accept?: string;
  signal?: AbortSignal;
}

/** Every page; `undefined` when the kind is not served. */
export async function listObjects(
  client: ApiClient,
  kind: ResourceKind,
  options: ListOptions & { name?: string },
  more: ListRequest = {},
): Promise<Listing | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listPages(client, kind, options, more);
    } catch (error) {
      if (!(error instanceof ListExpired) || attempt === LIST_ATTEMPTS) throw error;
    }
  }
}

/** A page token was too old: the list has to begin anew. */
class ListExpired extends UserError {}

async function listPages(
  client: ApiClient,
  kind: ResourceKind,
  options: ListOptions & { name?: string },
  more: ListRequest,
): Promise<Listing | undefined> {
  const items: KubernetesObject[] = [];
  let continueToken = "";
  for (;;) {
    const page = await readPage(client, kind, options, continueToken, more);
    if (page === undefined) return undefined;
    items.push(...page.items);
    continueToken = page.continueToken;
    if (continueToken === "") return { items, resourceVersion: page.resourceVersion };
  }
}

async function readPage(
  client: ApiClient,
  kind: ResourceKind,
  options: ListOptions & { name?: string },
  continueToken: string,
  more: ListRequest,
): Promise<Page | undefined> {
  const query = {
    ...selectors(options),
    limit: String(PAGE_SIZE),
    ...(continueToken === "" ? {} : { continue: continueToken }),
  };
  const path = withQuery(resourcePath(kind, options.namespace), query);
  const request = { path, what: `Listing ${kind.plural}`, ...more };
  return client.read(request, (value) => parsePage(value, kind), listFailure);
}

function listFailure(status: number): UserError | undefined {
  if (status !== 410) return undefined;
  return new ListExpired("GT-CLUSTER-BUSY", "The cluster changes faster than it can be listed.", {
    hint: "Run the same command again.",
  });
}

/** As `Kubernetes.review`. */
export async function reviewAccess(
  client: ApiClient,
  { verb, group, resource, namespace }: AccessRequest,
): Promise<boolean> {
  const [plural = resource, subresource] = resource.split("/");
  const answer = await client.send({
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    what: "Asking what this caller may do",
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: {
        resourceAttributes: {
          verb,
          group,
          resource: plural,
          ...(subresource === undefined ? {} : { subresource }),
          ...(namespace === undefined ? {} : { namespace }),
        },
      },
    },
  });
  if (answer.status >= 300) throw client.failure(answer, "Asking what this caller may do");
  return v.parse(ReviewSchema, JSON.parse(answer.text)).status.allowed;
}

/** As `Kubernetes.logs`. */
export async function readLogs(client: ApiClient, query: LogQuery): Promise<string[]> {
  const { namespace, labelSelector } = query;
  const listing = await listObjects(client, kinds.Pod, { namespace, labelSelector });
  const pods = (listing?.items ?? []).sort((a, b) => createdAt(a).localeCompare(createdAt(b)));
  const lines = await Promise.all(pods.map((pod) => readPodLog(client, pod, query)));
  return lines.flat();
}

const createdAt = ({ metadata }: KubernetesObject): string => metadata.creationTimestamp ?? "";

async function readPodLog(
  client: ApiClient,
  pod: KubernetesObject,
  { namespace, container, tailLines }: LogQuery,
): Promise<string[]> {
  const { name } = pod.metadata;
  const path = withQuery(`${resourcePath(kinds.Pod, namespace, name)}/log`, {
    tailLines: String(tailLines),
    container: container ?? defaultContainer(pod),
  });
  const what = `Reading the log of pod ${name}`;
  const answer = await client.send({ path, what, accept: "*/*" });
  if (answer.status === 404 || isNotStarted(answer)) return [];
  if (answer.status >= 300) throw client.failure(answer, what);
  return answer.text.split("\n").filter((line) => line !== "");
}

/** As `kubectl logs` chooses it. */
function defaultContainer(pod: KubernetesObject): string {
  const chosen = pod.metadata.annotations?.["kubectl.kubernetes.io/default-container"];
  return chosen ?? v.parse(PodSpecSchema, pod["spec"]).containers[0]?.name ?? "";
}

/** A container that waits to start, or is being created, has no log yet: 400. */
const isNotStarted = ({ status, text }: { status: number; text: string }): boolean =>
  status === 400 && /waiting to start|not available|not found/.test(parseStatusMessage(text));
