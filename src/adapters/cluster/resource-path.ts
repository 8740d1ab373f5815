import type { ResourceKind } from "../../kinds.ts";
import type { ListOptions } from "../../ports/kubernetes.ts";

/** `/apis/apps/v1/namespaces/web/deployments/app`; without a name, the collection. */
export function resourcePath(kind: ResourceKind, namespace?: string, name?: string): string {
  const { apiVersion, plural, namespaced } = kind;
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope =
    namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  const item = name === undefined ? "" : `/${encodeURIComponent(name)}`;
  return `${root}${scope}/${plural}${item}`;
}

/** Query parameters of a list or a watch; a name becomes a field selector. */
export function selectors(options: ListOptions & { name?: string }): Record<string, string> {
  const { labelSelector, fieldSelector, name } = options;
  const fields = [fieldSelector, name === undefined ? undefined : `metadata.name=${name}`].filter(
    (one) => one !== undefined,
  );
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fields.length === 0 ? {} : { fieldSelector: fields.join(",") }),
  };
}

/** `path?a=b`, escaped. */
export function withQuery(path: string, query: Record<string, string>): string {
  const text = new URLSearchParams(query).toString();
  return text === "" ? path : `${path}?${text}`;
}
