import { LOAD_BALANCER_CONTROLLER } from "../facts/load-balancer.ts";
import { DATA_PLANE, PARTS } from "../facts/status-cluster.ts";
import type { Survey } from "../facts/survey.ts";
import { kinds, type ResourceKind } from "../kinds.ts";
import type { ListOptions } from "../ports/kubernetes.ts";

/** A kind, and which objects of it; all of them without options. */
export type Watched = readonly [ResourceKind, ListOptions?];

/**
 * What a change of anything in the chain is heard of by. No more than is looked at: elsewhere in a
 * busy cluster something always changes.
 */
export function listWatched(survey: Survey): Watched[] {
  const { kept, namespaces, serviceNamespaces, targets } = survey;
  const backends = targets.flatMap((one) => one.backends.map(({ namespace }) => namespace));
  const { externalDns } = namespaces;
  return [
    [kinds.Gateway],
    [kinds.GatewayClass],
    [kinds.HTTPRoute],
    [kinds.ClusterIssuer],
    ...listOfGateways(survey),
    ...[PARTS, DATA_PLANE].flatMap((labelSelector): Watched[] => [
      [kinds.Deployment, { labelSelector }],
      [kinds.Pod, { labelSelector }],
    ]),
    [kinds.Deployment, { labelSelector: LOAD_BALANCER_CONTROLLER }],
    [kinds.ServiceAccount, externalDns === undefined ? {} : { namespace: externalDns }],
    ...within(kinds.Service, serviceNamespaces),
    ...listWarnings(survey),
    // The backends of a Gateway made by hand are only found by looking.
    ...(kept ? within(kinds.EndpointSlice, backends) : [[kinds.EndpointSlice] as const]),
  ];
}

function listOfGateways({ gateways }: Survey): Watched[] {
  const all = gateways.map(({ namespace }) => namespace);
  const issuance = [
    kinds.Issuer,
    kinds.Certificate,
    kinds.CertificateRequest,
    kinds.Order,
    kinds.Challenge,
  ];
  return [
    ...issuance.flatMap((kind) => within(kind, all)),
    ...within(kinds.Secret, all, { fieldSelector: "type=kubernetes.io/tls" }),
  ];
}

/** Those of the parts and of the Gateways: the whole cluster's would wake it all the time. */
function listWarnings({ namespaces, gateways, serviceNamespaces }: Survey): Watched[] {
  const all = [
    ...gateways.map(({ namespace }) => namespace),
    ...serviceNamespaces,
    ...Object.values(namespaces),
  ];
  return within(kinds.Event, all, { fieldSelector: "type=Warning" });
}

function within(
  kind: ResourceKind,
  namespaces: readonly string[],
  options: ListOptions = {},
): Watched[] {
  return [...new Set(namespaces)].map((namespace) => [kind, { namespace, ...options }]);
}
