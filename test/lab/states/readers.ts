import { kinds, type ResourceKind } from "../../../src/kinds.ts";
import { groupOf } from "./addresses.ts";

export interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

/** What status reads, each kind with what RBAC calls it. */
const READ: readonly ResourceKind[] = [
  kinds.ConfigMap,
  kinds.Secret,
  kinds.Service,
  kinds.ServiceAccount,
  kinds.Pod,
  kinds.Event,
  kinds.Deployment,
  kinds.EndpointSlice,
  kinds.CustomResourceDefinition,
  kinds.MutatingWebhookConfiguration,
  kinds.GatewayClass,
  kinds.Gateway,
  kinds.HTTPRoute,
  kinds.ClusterIssuer,
  kinds.Issuer,
  kinds.Certificate,
  kinds.CertificateRequest,
  kinds.Order,
  kinds.Challenge,
];

export const LOGS = "pods/log";
const VERBS = ["get", "list", "watch"];

/** All that status reads but these, by plural. */
export function readersOf(...without: readonly string[]): Rule[] {
  const kinds = READ.map((kind) => ({ group: groupOf(kind), resource: kind.plural }));
  return [...kinds, { group: "", resource: LOGS }]
    .filter(({ resource }) => !without.includes(resource))
    .map(({ group, resource }) => ({ apiGroups: [group], resources: [resource], verbs: VERBS }));
}
