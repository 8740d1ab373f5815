import type { Config } from "../config/config.ts";
import { kinds } from "../kinds.ts";
import { ROLE_ANNOTATION } from "../plan/identity.ts";
import type { Names } from "../plan/names.ts";
import type { Kubernetes, ObjectRef } from "../ports/kubernetes.ts";
import { readFact, type Fact } from "./fact.ts";
import { parseNamespace } from "./objects.ts";
import { findOwner, type Owner } from "./ownership.ts";

/** An object that has one of the names we would give. */
export interface ExistingObject {
  kind: string;
  /** `namespace/name`, or a name. */
  name: string;
  owner: Owner;
  /** What a ServiceAccount is annotated with for IRSA. */
  roleArn?: string;
}

/** A namespace of the cluster, whoever made it. */
export interface NamespaceFact {
  name: string;
  owner: Owner;
  /** It is being deleted: nothing can be created in it. */
  terminating: boolean;
}

/** Names that both the plan and the cluster may use, without those of the account. */
export type ClusterNames = Pick<Names, "gateway" | "issuers" | "serviceAccount">;

/** Objects of the cluster that have our names, ours or not; absent ones are left out. */
export async function readExistingObjects(
  kubernetes: Kubernetes,
  { namespaces }: Pick<Config, "namespaces">,
  names: ClusterNames,
): Promise<Fact<ExistingObject[]>> {
  const refs: ObjectRef[] = [
    { kind: kinds.Gateway, namespace: namespaces.gateway, name: names.gateway },
    { kind: kinds.ServiceAccount, namespace: namespaces.externalDns, name: names.serviceAccount },
    { kind: kinds.ClusterIssuer, name: names.issuers.staging },
    { kind: kinds.ClusterIssuer, name: names.issuers.production },
  ];
  return readFact(async () => {
    const found = await Promise.all(refs.map((ref) => kubernetes.get(ref)));
    return found.flatMap((object) => {
      if (object === undefined) return [];
      const { name, namespace, annotations } = object.metadata;
      const full = namespace === undefined ? name : `${namespace}/${name}`;
      const roleArn = annotations?.[ROLE_ANNOTATION];
      const existing = { kind: object.kind, name: full, owner: findOwner(object.metadata) };
      return [roleArn === undefined ? existing : { ...existing, roleArn }];
    });
  });
}

/** Every namespace: whose it is, and whether it is on its way out. */
export async function readNamespaces(kubernetes: Kubernetes): Promise<Fact<NamespaceFact[]>> {
  return readFact(async () => {
    const found = await kubernetes.list(kinds.Namespace);
    return found.map((object) => ({
      name: object.metadata.name,
      owner: findOwner(object.metadata),
      terminating:
        object.metadata.deletionTimestamp !== undefined ||
        parseNamespace(object).status.phase === "Terminating",
    }));
  });
}
