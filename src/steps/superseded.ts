import { parseHttpRoute } from "../facts/objects.ts";
import { isOurs } from "../facts/ownership.ts";
import { MANAGED_BY } from "../plan/manifest.ts";
import { kinds } from "../kinds.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { REHEARSAL_LABEL } from "../plan/rehearsal.ts";
import type { StepContext } from "./step.ts";

const OURS = { labelSelector: `${MANAGED_BY}=gateway-tls` };

/**
 * Routes of ours for a host whose backend has moved to another namespace, and the sample app when
 * no host is answered by it any more: the newer route serves before the older one goes.
 */
export async function findSuperseded(
  context: StepContext,
  wanted: readonly KubernetesObject[],
): Promise<KubernetesObject[]> {
  const { plan, world } = context;
  const namespace = plan.config.namespaces.sampleApp;
  const unused = plan.config.sampleApp ? [] : [kinds.Deployment, kinds.Service];
  const [routes, ...sample] = await Promise.all([
    world.kubernetes.list(kinds.HTTPRoute, OURS),
    ...unused.map((kind) => world.kubernetes.list(kind, { namespace, ...OURS })),
  ]);
  const kept = new Set(wanted.map(keyOf));
  const hostnames = plan.hosts.map(({ host }) => host.hostname);
  const older = routes.filter((route) => {
    const { labels } = route.metadata;
    if (!isOurs(labels) || labels?.[REHEARSAL_LABEL] !== undefined) return false;
    const names = parseHttpRoute(route).spec.hostnames;
    return !kept.has(keyOf(route)) && names.some((name) => hostnames.includes(name));
  });
  const app = sample.flat().filter(({ metadata }) => metadata.name === plan.names.sampleApp);
  return [...older, ...app];
}

const keyOf = ({ metadata: { namespace, name } }: KubernetesObject): string =>
  `${namespace}/${name}`;
