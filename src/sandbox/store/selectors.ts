import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { at } from "../fields.ts";

/** Whether labels match a Kubernetes label selector: `a=b,c in (d,e),!f,g`. */
export function matchesLabels(labels: Record<string, string>, selector: string): boolean {
  return splitTerms(selector).every((term) => matchesTerm(labels, term));
}

function splitTerms(selector: string): string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== "");
}

function matchesTerm(labels: Record<string, string>, term: string): boolean {
  const sets = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term);
  if (sets !== null) {
    const [, key = "", operator, values = ""] = sets;
    const value = labels[key];
    const inside =
      value !== undefined &&
      values
        .split(",")
        .map((one) => one.trim())
        .includes(value);
    return operator === "in" ? inside : !inside;
  }
  const equals = /^([^=!\s]+)\s*(!=|==?)\s*(.*)$/.exec(term);
  if (equals !== null) {
    const [, key = "", operator, value] = equals;
    return operator === "!=" ? labels[key] !== value : labels[key] === value;
  }
  return term.startsWith("!") ? !Object.hasOwn(labels, term.slice(1)) : Object.hasOwn(labels, term);
}

/** Whether an object matches `metadata.name=a,involvedObject.kind!=b`. */
export function matchesFields(object: KubernetesObject, selector: string): boolean {
  return splitTerms(selector).every((term) => {
    const [, path = "", operator, value] = /^([^=!\s]+)\s*(!=|==?)\s*(.*)$/.exec(term) ?? [];
    const found = at(object, ...path.split("."));
    const shown = typeof found === "string" ? found : "";
    return operator === "!=" ? shown !== value : shown === value;
  });
}

/** Whether labels match a LabelSelector object (`matchLabels`, `matchExpressions`). */
export function matchesLabelSelector(
  labels: Record<string, string>,
  selector: {
    matchLabels: Record<string, string>;
    matchExpressions: { key: string; operator: string; values: string[] }[];
  },
): boolean {
  const wanted = Object.entries(selector.matchLabels);
  if (!wanted.every(([key, value]) => labels[key] === value)) return false;
  return selector.matchExpressions.every(({ key, operator, values }) => {
    const value = labels[key];
    if (operator === "In") return value !== undefined && values.includes(value);
    if (operator === "NotIn") return value === undefined || !values.includes(value);
    return (operator === "Exists") === (value !== undefined);
  });
}
