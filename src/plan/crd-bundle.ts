import { parseAllDocuments } from "yaml";
import { UserError } from "../errors.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { isKubernetesObject } from "./manifest.ts";

/** What a standard-install.yaml holds; anything else in it is refused, not applied. */
const ALLOWED_KINDS = [
  "CustomResourceDefinition",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
];
const GATEWAYS = "gateways.gateway.networking.k8s.io";

/**
 * The objects of a Gateway API bundle (YAML documents). Throws `GT-CRDS-BUNDLE` when it is not one:
 * broken YAML, other kinds, or no Gateway CRD.
 */
export function parseCrdBundle(text: string, source: string): KubernetesObject[] {
  const documents = parseAllDocuments(text, { uniqueKeys: false });
  const objects: KubernetesObject[] = [];
  // `parseAllDocuments` answers an empty text with an object in place of an array.
  for (const document of Array.isArray(documents) ? documents : []) {
    const [problem] = document.errors;
    if (problem !== undefined)
      throw notABundle(source, problem.message.split("\n")[0] ?? "broken YAML");
    const value: unknown = document.toJS();
    if (value === null || value === undefined) continue;
    if (!isKubernetesObject(value))
      throw notABundle(source, "a document is not a Kubernetes object");
    if (!ALLOWED_KINDS.includes(value.kind)) throw notABundle(source, `it holds a ${value.kind}`);
    objects.push(value);
  }
  if (!objects.some(({ metadata }) => metadata.name === GATEWAYS)) {
    throw notABundle(source, `it has no ${GATEWAYS}`);
  }
  return objects;
}

function notABundle(source: string, why: string): UserError {
  return new UserError("GT-CRDS-BUNDLE", `${source} is not a Gateway API CRD bundle: ${why}.`, {
    hint: "Give the standard-install.yaml of a Gateway API release with --crds gateway-api=REF.",
  });
}
