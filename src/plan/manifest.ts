import { findKind } from "../kinds.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { renderFile, type Templates, type TemplateValues } from "./template.ts";

/** The label by which an object, or a helm release, is ours. */
export const MANAGED_BY = "app.kubernetes.io/managed-by";
/** The value of `MANAGED_BY` on what we make. */
export const MANAGER = "gateway-tls";
/** The same on an object of a chart's, whose `MANAGED_BY` helm insists on: `gateway-tls`. */
export const PART_OF = "app.kubernetes.io/part-of";

/** A Kubernetes object from its template. Throws on what can only be a bug of ours. */
export function renderManifest(
  templates: Templates,
  file: string,
  values: TemplateValues,
): KubernetesObject {
  const object = renderFile(templates, file, values);
  if (!isKubernetesObject(object)) throw new Error(`templates/${file} is no Kubernetes object`);
  if (findKind(object) === undefined) throw new Error(`${object.kind} is not in kinds.ts`);
  return object;
}

/** Whether parsed YAML or JSON has what every Kubernetes object has. */
export function isKubernetesObject(value: unknown): value is KubernetesObject {
  if (typeof value !== "object" || value === null) return false;
  if (!("apiVersion" in value) || !("kind" in value) || !("metadata" in value)) return false;
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== "string" || typeof kind !== "string") return false;
  return typeof metadata === "object" && metadata !== null && "name" in metadata;
}
