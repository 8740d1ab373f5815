import { kinds } from "../kinds.ts";
import type { Kubernetes, ObjectMeta } from "../ports/kubernetes.ts";
import { readFact, type Fact } from "./fact.ts";
import { findCondition, findLastChange, parseGatewayClass, type Condition } from "./objects.ts";
import { findOwner, type Owner } from "./ownership.ts";

/** A GatewayClass of the cluster, and what its controller says of it. */
export interface GatewayClassFact {
  name: string;
  /** `spec.controllerName`: `gateway.nginx.org/nginx-gateway-controller`. */
  controller: string;
  owner: Owner;
  /** Conditions of these types; `undefined` where nobody has set one yet. */
  accepted: Condition | undefined;
  supportedVersion: Condition | undefined;
  /** Of the object; its conditions may speak about an older one. */
  generation: number | undefined;
  /** ISO 8601, as is the next. */
  createdAt: string | undefined;
  /** When anything but its status was changed last, as far as the API server says. */
  changedAt: string | undefined;
  /** What it is like while it is being deleted; `undefined` when it is not. */
  leaving: ObjectMeta | undefined;
}

/** Every GatewayClass and whose controller serves it. */
export async function readGatewayClasses(
  kubernetes: Kubernetes,
): Promise<Fact<GatewayClassFact[]>> {
  return readFact(async () => {
    const found = await kubernetes.list(kinds.GatewayClass);
    return found.map((object) => ({
      name: object.metadata.name,
      controller: parseGatewayClass(object).spec.controllerName,
      owner: findOwner(object.metadata),
      accepted: findCondition(object, "Accepted"),
      supportedVersion: findCondition(object, "SupportedVersion"),
      generation: object.metadata.generation,
      createdAt: object.metadata.creationTimestamp,
      changedAt: findLastChange(object.metadata),
      leaving: object.metadata.deletionTimestamp === undefined ? undefined : object.metadata,
    }));
  });
}
