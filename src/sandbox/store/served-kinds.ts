import type { ResourceKind } from "../../kinds.ts";
import { kinds } from "../../kinds.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { at, list, text } from "../fields.ts";

const CUSTOM_GROUPS = /(\.networking\.k8s\.io|cert-manager\.io|\.nginx\.org)$/;

const OTHER_BUILT_IN: ResourceKind[] = [
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    plural: "validatingwebhookconfigurations",
    namespaced: false,
  },
];

const builtIn: readonly ResourceKind[] = [
  ...Object.values(kinds).filter(({ apiVersion }) => !CUSTOM_GROUPS.test(groupOf(apiVersion))),
  ...OTHER_BUILT_IN,
];

/** `gateway.networking.k8s.io/v1` -> `gateway.networking.k8s.io`; the core group is empty. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

/** The kind as the API server serves it: built in, or of an established CRD. */
export function findServedKind(
  objects: Iterable<KubernetesObject>,
  wanted: { apiVersion: string; kind: string },
): ResourceKind | undefined {
  const own = builtIn.find(
    ({ apiVersion, kind }) => apiVersion === wanted.apiVersion && kind === wanted.kind,
  );
  if (own !== undefined) return own;
  for (const object of objects) {
    if (object.kind !== "CustomResourceDefinition" || !isEstablished(object)) continue;
    if (at(object, "spec", "names", "kind") !== wanted.kind) continue;
    if (at(object, "spec", "group") !== groupOf(wanted.apiVersion)) continue;
    const version = wanted.apiVersion.split("/")[1];
    if (!list(at(object, "spec", "versions")).some(({ name }) => name === version)) continue;
    return {
      ...wanted,
      plural: text(at(object, "spec", "names", "plural")),
      namespaced: at(object, "spec", "scope") === "Namespaced",
    };
  }
  return undefined;
}

function isEstablished(crd: KubernetesObject): boolean {
  return list(at(crd, "status", "conditions")).some(
    ({ type, status }) => type === "Established" && status === "True",
  );
}
