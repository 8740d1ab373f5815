import { describe, expect, it, test } from "vitest";
import { followOwners } from "../../src/facts/owner-chain.ts";
import { kinds } from "../../src/kinds.ts";
import type { KubernetesObject, ObjectMeta } from "../../src/ports/kubernetes.ts";

type Owner = NonNullable<ObjectMeta["ownerReferences"]>[number];

function object(name: string, ...ownerReferences: Owner[]): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, uid: name, ownerReferences } };
}

const by = (uid: string, apiVersion = "v1", kind = "ConfigMap"): Owner => ({
  apiVersion,
  kind,
  name: uid,
  uid,
});

/** Of everything that is listed, what may go when only `ours` is expected by itself. */
function mayGo(...objects: KubernetesObject[]): string[] {
  const listed = { kinds: [kinds.ConfigMap, kinds.Certificate], objects };
  const judge = followOwners(listed, ({ metadata: { name } }) => name === "ours");
  return objects.filter(judge).map(({ metadata: { name } }) => name);
}

describe("an object goes", () => {
  test.each<[string, KubernetesObject[], string[]]>([
    ["without owners only by itself", [object("ours"), object("theirs")], ["ours"]],
    [
      "with ours, however long the chain",
      [object("c", by("b")), object("b", by("ours")), object("ours")],
      ["c", "b", "ours"],
    ],
    ["not with theirs", [object("b", by("a")), object("a", by("theirs")), object("theirs")], []],
    [
      "not with ours as long as it is theirs too",
      [object("a", by("ours"), by("theirs")), object("ours"), object("theirs")],
      ["ours"],
    ],
    ["with an owner that is gone already", [object("a", by("gone"))], ["a"]],
    [
      "also when the owner's version is another",
      [object("a", by("gone", "cert-manager.io/v2", "Certificate"))],
      ["a"],
    ],
    [
      "not with an owner of a kind that nobody looked for",
      [object("a", by("web", "networking.k8s.io/v1", "Ingress"))],
      [],
    ],
    [
      "not with a kind of the same name in another group",
      [object("a", by("gone", "example.com/v1", "Certificate"))],
      [],
    ],
    ["not with owners that own each other", [object("a", by("b")), object("b", by("a"))], []],
  ])("%s", (_, objects, expected) => {
    expect(mayGo(...objects)).toEqual(expected);
  });

  it("by itself, although its owner is its own", () => {
    expect(mayGo(object("a", by("ours")), object("ours", by("a")))).toEqual(["a", "ours"]);
  });
});
