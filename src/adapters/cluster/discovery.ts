import * as v from "valibot";
import { findKind, type ResourceKind } from "../../kinds.ts";
import type { ApiClient } from "./api-client.ts";

const ResourceListSchema = v.object({
  resources: v.array(v.object({ name: v.string(), kind: v.string(), namespaced: v.boolean() })),
});

/**
 * How an object is addressed: for a kind that kinds.ts lacks as the API server says; `undefined`
 * when it serves none such.
 */
export async function findServedKind(
  client: ApiClient,
  { apiVersion, kind }: { apiVersion: string; kind: string },
): Promise<ResourceKind | undefined> {
  const known = findKind({ apiVersion, kind });
  if (known !== undefined) return known;
  const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const what = `Looking for ${kind} of ${apiVersion}`;
  const list = await client.read({ path, what }, (value) => v.parse(ResourceListSchema, value));
  // Subresources are listed too: `deployments/status`.
  const found = list?.resources.find((one) => one.kind === kind && !one.name.includes("/"));
  if (found === undefined) return undefined;
  return { apiVersion, kind, plural: found.name, namespaced: found.namespaced };
}
