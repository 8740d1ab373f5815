import type { ResourceKind } from "../kinds.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";

/** What was listed, of which kinds: owners are looked for in it. */
export interface Listed {
  kinds: readonly Pick<ResourceKind, "apiVersion" | "kind">[];
  objects: readonly KubernetesObject[];
}

/**
 * A test whether an object may go: it is expected by itself, or all its owners are, up to the top
 * of the chain. An owner of a listed kind that is not there is gone, and Kubernetes takes its
 * objects away behind it; one of any other kind is somebody's.
 */
export function followOwners(
  listed: Listed,
  isExpected: (object: KubernetesObject) => boolean,
): (object: KubernetesObject) => boolean {
  const byUid = new Map(listed.objects.map((object) => [object.metadata.uid, object]));
  const kinds = new Set(listed.kinds.map(nameKind));
  const judged = new Map<KubernetesObject, boolean>();
  const judge = (object: KubernetesObject): boolean => {
    const known = judged.get(object);
    if (known !== undefined) return known;
    const { ownerReferences = [] } = object.metadata;
    const isByItself = isExpected(object);
    // Before its owners are asked: those that own each other lead to nobody.
    judged.set(object, isByItself);
    if (isByItself || ownerReferences.length === 0) return isByItself;
    const answer = ownerReferences.every((reference) => {
      const owner = byUid.get(reference.uid);
      return owner === undefined ? kinds.has(nameKind(reference)) : judge(owner);
    });
    judged.set(object, answer);
    return answer;
  };
  return judge;
}

/** Kind and group: an owner reference may name another version than the one that was listed. */
function nameKind({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  return apiVersion.includes("/") ? `${kind}.${apiVersion.split("/")[0] ?? ""}` : kind;
}
