import { findCondition, type Gateway, parseGateway, parseRoute } from "../../facts/objects.ts";
import { findOwner } from "../../facts/ownership.ts";
import { kinds } from "../../kinds.ts";
import { admittedNamespaces, ownedListenerNames } from "../../plan/gateway.ts";
import { HTTP_LISTENER } from "../../plan/names.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { gatewayRef } from "../gateway.ts";
import { findOwn, nameOf, type RemovalContext } from "./removal.ts";

/** Names of what stays, each with its reason as a clause. */
type Reasons = ReadonlyMap<string, string>;

/** What others have come to hang on our Gateway, and what of ours goes on working for them. */
export interface GatewayUse {
  /** Why the Gateway stays: "kept: HTTPRoute shop/team uses it"; `undefined` when nobody uses it. */
  reason: string | undefined;
  /** Our HTTPS listeners that serve their routes. */
  listeners: Reasons;
  /** The Certificates, which are named as their Secrets, of all listeners that stay. */
  certificates: Reasons;
  /** The names by which their routes are found. */
  hostnames: Reasons;
}

interface Listener {
  name: string;
  hostname: string | undefined;
  isOurs: boolean;
  secrets: readonly string[];
  /** `undefined`: every namespace, or one that cannot be told. */
  namespaces: readonly string[] | undefined;
}

const NONE: GatewayUse = {
  reason: undefined,
  listeners: new Map(),
  certificates: new Map(),
  hostnames: new Map(),
};

/** What hangs on listeners of ours; routes of other kinds need one of their own protocol. */
const ROUTES = [kinds.HTTPRoute, kinds.GRPCRoute];

/** Reads it from the live Gateway and all routes. Hosts that leave take what is theirs along. */
export async function readGatewayUse(context: RemovalContext): Promise<GatewayUse> {
  if (context.plan.leaving !== undefined) return NONE;
  const [live, ...routes] = await Promise.all([
    findOwn(context, gatewayRef(context)),
    ...ROUTES.map((kind) => context.world.kubernetes.list(kind)),
  ]);
  if (live === undefined) return NONE;
  const listeners = describeListeners(context, live);
  const foreign = listeners.filter(({ isOurs }) => !isOurs);
  const used = routes
    .flat()
    .filter((route) => isForeign(route))
    .flatMap((route) => findAttachments(context, route, listeners));
  const stays = new Map([
    ...foreign.map(({ name }) => [name, `kept: its listener ${name} is not ours`] as const),
    ...used.flatMap(({ reason, on }) =>
      on.filter(({ name }) => name !== HTTP_LISTENER).map(({ name }) => [name, reason] as const),
    ),
  ]);
  const [reason] = [...used.map((one) => one.reason), ...stays.values()];
  return {
    reason,
    listeners: new Map([...stays].filter(([name]) => !foreign.some((one) => one.name === name))),
    certificates: new Map(
      listeners.flatMap(({ name, secrets }) => {
        const why = stays.get(name);
        return why === undefined ? [] : secrets.map((secret) => [secret, why] as const);
      }),
    ),
    hostnames: new Map(
      used.flatMap((one) => one.hostnames.map((hostname) => [hostname, one.reason] as const)),
    ),
  };
}

function describeListeners({ plan }: RemovalContext, live: KubernetesObject): Listener[] {
  // A Gateway that was restored has lost who applied its fields: names tell it too.
  const ours = [
    HTTP_LISTENER,
    ...ownedListenerNames(live),
    ...plan.hosts.map(({ listener }) => listener.name),
  ];
  return parseGateway(live).spec.listeners.map(({ name, hostname, tls }) => ({
    name,
    hostname,
    isOurs: ours.includes(name),
    secrets: secretsOf(tls),
    namespaces: ours.includes(name) ? admittedNamespaces(live, name) : undefined,
  }));
}

const secretsOf = ({ certificateRefs }: Gateway["spec"]["listeners"][number]["tls"]): string[] =>
  certificateRefs.map(({ name }) => name);

/** cert-manager's solver routes come and go by themselves. */
function isForeign({ metadata }: KubernetesObject): boolean {
  const owner = findOwner(metadata);
  return !owner.ours && !owner.name.startsWith("Challenge ");
}

interface Attachment {
  reason: string;
  on: readonly Listener[];
  hostnames: readonly string[];
}

/** At most one: how a route hangs on our Gateway, unless the Gateway accepts it nowhere. */
function findAttachments(
  { plan }: RemovalContext,
  object: KubernetesObject,
  listeners: readonly Listener[],
): Attachment[] {
  const { metadata, spec, status } = parseRoute(object);
  const { namespace = "default" } = metadata;
  const isOnOurs = (ref: { name: string; namespace?: string | undefined }): boolean =>
    ref.name === plan.names.gateway &&
    (ref.namespace ?? namespace) === plan.config.namespaces.gateway;
  const refs = spec.parentRefs.filter(isOnOurs);
  const seen = status.parents.filter(({ parentRef }) => isOnOurs(parentRef));
  const isRefused = ({ conditions }: (typeof seen)[number]): boolean =>
    findCondition(conditions, "Accepted")?.status === "False";
  if (refs.length === 0 || (seen.length > 0 && seen.every(isRefused))) return [];
  const on = listeners.filter((listener) =>
    refs.some(({ sectionName }) =>
      sectionName === undefined
        ? mayServe(listener, namespace, spec.hostnames)
        : sectionName === listener.name,
    ),
  );
  const named = on.flatMap(({ hostname }) => hostname ?? []);
  const hostnames = spec.hostnames.length > 0 ? spec.hostnames : named;
  return [{ reason: `kept: ${object.kind} ${nameOf(object)} uses it`, on, hostnames }];
}

function mayServe(
  { hostname, namespaces }: Listener,
  namespace: string,
  hostnames: readonly string[],
): boolean {
  if (namespaces !== undefined && !namespaces.includes(namespace)) return false;
  if (hostname === undefined || hostnames.length === 0) return true;
  return hostnames.some((own) => overlap(own, hostname) || overlap(hostname, own));
}

const overlap = (one: string, other: string): boolean =>
  one === other || (one.startsWith("*.") && other.endsWith(one.slice(1)));
