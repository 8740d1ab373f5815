import * as v from "valibot";
import type { ResourceKind } from "../kinds.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { list, part, text } from "./schema.ts";

const crdSchema = v.object({
  spec: part({
    group: text,
    scope: text,
    names: part({ kind: text, plural: text }),
    versions: list(v.object({ name: text, served: v.optional(v.boolean(), true) })),
  }),
});

/** How the kind of a CRD is addressed, at its first served version; `undefined` without one. */
export function readServedKind(crd: KubernetesObject): ResourceKind | undefined {
  const { group, scope, names, versions } = v.parse(crdSchema, crd).spec;
  const version = versions.find(({ served }) => served)?.name;
  if (version === undefined || group === "" || names.plural === "") return undefined;
  return { apiVersion: `${group}/${version}`, ...names, namespaced: scope === "Namespaced" };
}
