import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import * as v from "valibot";
import { kinds } from "../../kinds.ts";
import type { Release, ReleaseStatus } from "../../ports/charts.ts";
import type { ApiClient } from "../cluster/api-client.ts";
import { parseObject } from "../cluster/objects.ts";
import { listObjects } from "../cluster/reads.ts";
import { resourcePath } from "../cluster/resource-path.ts";
import { JsonObjectSchema } from "./json-object.ts";

const STATUSES = [
  "deployed",
  "failed",
  "superseded",
  "uninstalling",
  "uninstalled",
  "pending-install",
  "pending-upgrade",
  "pending-rollback",
  "unknown",
] as const satisfies ReleaseStatus[];

const StatusSchema = v.fallback(v.picklist(STATUSES), "unknown");

/** helm's own labels on a release's Secret (pkg/storage/driver/secrets.go); the rest are the user's. */
const OWN_LABELS = new Set(["name", "owner", "status", "version", "createdAt", "modifiedAt"]);

/** A Secret holds at most 1 MiB; what it unpacks to is bounded too. */
const LARGEST_RELEASE = 64 * 1024 * 1024;

const METADATA_ONLY = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

/** One revision of one release, from its Secret's labels alone. */
export interface Revision {
  secret: string;
  name: string;
  namespace: string;
  revision: number;
  status: ReleaseStatus;
  labels: Record<string, string>;
  /** Changes when the Secret does. */
  version: string;
}

/** Every revision of every release; only metadata travels, however large the releases are. */
export async function listRevisions(client: ApiClient, namespace?: string): Promise<Revision[]> {
  const options = {
    labelSelector: "owner=helm",
    fieldSelector: "type=helm.sh/release.v1",
    ...(namespace === undefined ? {} : { namespace }),
  };
  const listing = await listObjects(client, kinds.Secret, options, { accept: METADATA_ONLY });
  return (listing?.items ?? []).flatMap(({ metadata }) => parseRevision(metadata));
}

function parseRevision(metadata: {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  labels?: Record<string, string>;
}): Revision[] {
  const labels = metadata.labels ?? {};
  const { name, version } = labels;
  const revision = Number(version);
  if (name === undefined || !Number.isInteger(revision)) return [];
  return [
    {
      secret: metadata.name,
      name,
      namespace: metadata.namespace ?? "",
      revision,
      status: v.parse(StatusSchema, labels["status"]),
      labels: Object.fromEntries(Object.entries(labels).filter(([key]) => !OWN_LABELS.has(key))),
      version: `${metadata.uid ?? ""}@${metadata.resourceVersion ?? ""}`,
    },
  ];
}

/** The newest revision of each release. */
export function newestOf(revisions: readonly Revision[]): Revision[] {
  const newest = new Map<string, Revision>();
  for (const one of revisions) {
    const key = `${one.namespace}/${one.name}`;
    if ((newest.get(key)?.revision ?? -1) < one.revision) newest.set(key, one);
  }
  return [...newest.values()];
}

/** `undefined` when the revision has gone meanwhile. */
export async function readRelease(
  client: ApiClient,
  revision: Revision,
): Promise<Release | undefined> {
  const path = resourcePath(kinds.Secret, revision.namespace, revision.secret);
  const what = `Reading helm's release ${revision.namespace}/${revision.name}`;
  const secret = await client.read({ path, what }, parseObject);
  if (secret === undefined) return undefined;
  const decoded = await decode(secret["data"]);
  const { name, namespace, labels } = revision;
  return {
    name,
    namespace,
    revision: revision.revision,
    labels,
    // The label is what helm itself goes by when it looks for a deployed revision.
    status: revision.status === "unknown" ? (decoded?.info.status ?? "unknown") : revision.status,
    chart: decoded?.chart.metadata.name ?? "",
    chartVersion: decoded?.chart.metadata.version ?? "",
    appVersion: decoded?.chart.metadata.appVersion ?? "",
    values: decoded?.config ?? {},
    updatedAt: decoded?.info.last_deployed ?? secret.metadata.creationTimestamp ?? "",
  };
}

const SecretDataSchema = v.object({ release: v.string() });

const ReleaseSchema = v.object({
  info: v.object({
    status: StatusSchema,
    last_deployed: v.optional(v.string()),
  }),
  chart: v.object({
    metadata: v.object({
      name: v.string(),
      version: v.string(),
      appVersion: v.optional(v.string(), ""),
    }),
  }),
  config: v.nullish(JsonObjectSchema, {}),
});

const unzip = promisify(gunzip);

/**
 * helm stores base64(gzip(JSON)), and the Secret encodes it once more. A release of somebody
 * else's that cannot be read must not hide all the others: `undefined`.
 */
async function decode(data: unknown): Promise<v.InferOutput<typeof ReleaseSchema> | undefined> {
  try {
    const { release } = v.parse(SecretDataSchema, data);
    const inner = Buffer.from(Buffer.from(release, "base64").toString("latin1"), "base64");
    const json = isGzip(inner) ? await unzip(inner, { maxOutputLength: LARGEST_RELEASE }) : inner;
    return v.parse(ReleaseSchema, JSON.parse(json.toString("utf8")));
  } catch {
    return undefined;
  }
}

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
