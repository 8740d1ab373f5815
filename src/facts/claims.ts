import type { Config } from "../config/config.ts";
import { kinds } from "../kinds.ts";
import type { Names } from "../plan/names.ts";
import type { Kubernetes } from "../ports/kubernetes.ts";
import { readFact, type Fact } from "./fact.ts";
import { parseRoute } from "./objects.ts";
import { findOwner, type Owner } from "./ownership.ts";

/** A route of others that names one of our hosts. */
export interface HostClaim {
  hostname: string;
  /** `Kind namespace/name`. */
  route: string;
  owner: Owner;
  /** It hangs on our Gateway, where it would share or take the host's requests. */
  onOurGateway: boolean;
}

/** Of one host a listener takes routes of one of them alone (gateway-api, apis/v1/grpcroute_types.go). */
const ROUTES = [kinds.HTTPRoute, kinds.GRPCRoute];

/** Routes that are not ours and name one of the hosts, on any Gateway. */
export async function readHostClaims(
  kubernetes: Kubernetes,
  { hosts, namespaces }: Pick<Config, "hosts" | "namespaces">,
  names: Pick<Names, "gateway">,
): Promise<Fact<HostClaim[]>> {
  return readFact(async () => {
    const lists = await Promise.all(ROUTES.map((kind) => kubernetes.list(kind)));
    return lists.flat().flatMap((object) => {
      const { metadata, spec } = parseRoute(object);
      const owner = findOwner(metadata);
      // cert-manager's solver routes come and go by themselves.
      if (owner.ours || owner.name.startsWith("Challenge ")) return [];
      const namespace = metadata.namespace ?? "default";
      const onOurGateway = spec.parentRefs.some(
        (ref) => ref.name === names.gateway && (ref.namespace ?? namespace) === namespaces.gateway,
      );
      const claimed = hosts.filter(({ hostname }) => spec.hostnames.includes(hostname));
      const route = `${object.kind} ${namespace}/${metadata.name}`;
      return claimed.map(({ hostname }) => ({ hostname, route, owner, onOurGateway }));
    });
  });
}
