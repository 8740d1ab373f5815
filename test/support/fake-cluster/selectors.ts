import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";

/** Whether an object matches the label and field selectors of a request. */
export function matches(object: KubernetesObject, query: URLSearchParams): boolean {
  return (
    matchesLabels(object.metadata.labels ?? {}, query.get("labelSelector") ?? "") &&
    matchesFields(object, query.get("fieldSelector") ?? "")
  );
}

function matchesLabels(labels: Record<string, string>, selector: string): boolean {
  const terms = selector.split(/,(?![^(]*\))/).filter((term) => term !== "");
  return terms.every((term) => {
    const set = /^(\S+) (in|notin) \(([^)]*)\)$/.exec(term.trim());
    if (set !== null) {
      const values = (set[3] ?? "").split(",").map((value) => value.trim());
      return values.includes(labels[set[1] ?? ""] ?? "\0") === (set[2] === "in");
    }
    const [, name = "", operator, value] = /^([^!=]+)(!=|==?)(.*)$/.exec(term) ?? [];
    if (operator === "!=") return labels[name] !== value;
    return operator === undefined ? term in labels : labels[name] === value;
  });
}

function matchesFields(object: KubernetesObject, selector: string): boolean {
  const terms = selector.split(",").filter((term) => term !== "");
  return terms.every((term) => {
    const [field = "", value] = term.split("=");
    if (field === "metadata.name") return object.metadata.name === value;
    if (field === "metadata.namespace") return object.metadata.namespace === value;
    return object[field] === value;
  });
}
