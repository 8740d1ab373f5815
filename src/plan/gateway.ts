import { UserError } from "../errors.ts";
import { isRecord } from "../json.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { MANAGER } from "./manifest.ts";
import { HTTP_LISTENER } from "./names.ts";
import type { Plan } from "./plan.ts";

/** By it cert-manager makes a Certificate for each HTTPS listener. */
export const ISSUER_ANNOTATION = "cert-manager.io/cluster-issuer";
/** Gateway API: `spec.listeners` has at most 64 entries. */
const LISTENERS_LIMIT = 64;

type Fields = Record<string, unknown>;
type Listener = Fields & { name: string };

/** The planned Gateway with HTTPS listeners, and the issuer's annotation, on it. */
export function gatewayWith(
  { gateway }: Pick<Plan, "gateway">,
  wanted: { listeners: readonly Listener[]; issuer: string },
): KubernetesObject {
  const annotations = { ...gateway.metadata.annotations, [ISSUER_ANNOTATION]: wanted.issuer };
  return {
    ...gateway,
    metadata: { ...gateway.metadata, annotations },
    spec: {
      ...toFields(gateway["spec"]),
      listeners: [...listenersOf(gateway), ...wanted.listeners],
    },
  };
}

/**
 * What to apply, so that nothing of ours is lost: a server-side apply takes away what the same
 * field manager applied before and leaves out now. All live listeners and annotations that our
 * field manager owns stay, those of `wanted` come over them, and the namespaces admitted on port 80
 * are united. Throws `GT-GATEWAY-LISTENERS` above 64 listeners.
 */
export function mergeGateway(
  live: KubernetesObject | undefined,
  wanted: KubernetesObject,
): KubernetesObject {
  if (live === undefined) return wanted;
  const spec = toFields(wanted["spec"]);
  const owned = ownedFields(live);
  const annotations = {
    ...pick(live.metadata.annotations, owned("f:metadata", "f:annotations")),
    ...wanted.metadata.annotations,
  };
  const infrastructure = mergeInfrastructure(live, spec["infrastructure"]);
  return {
    ...wanted,
    metadata: {
      ...wanted.metadata,
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: {
      ...spec,
      ...(infrastructure === undefined ? {} : { infrastructure }),
      listeners: mergeListeners(live, wanted),
    },
  };
}

/** What is taken away from a live Gateway of ours. */
export interface GatewayCut {
  /** Names of HTTPS listeners. */
  listeners: readonly string[];
  /** The issuer's annotation goes too: cert-manager then leaves the Gateway alone. */
  issuer?: boolean;
  /** The namespaces that port 80 admits from now on; as they are when left out. */
  namespaces?: readonly string[];
}

/** All that our field manager owns of the live Gateway, without what is cut: for one apply. */
export function cutGateway(live: KubernetesObject, cut: GatewayCut): KubernetesObject {
  const owned = ownedFields(live);
  const { name, namespace } = live.metadata;
  const annotations = pick(live.metadata.annotations, owned("f:metadata", "f:annotations"));
  if (cut.issuer === true) delete annotations[ISSUER_ANNOTATION];
  const infrastructure = mergeInfrastructure(live, undefined);
  const listeners = mergeListeners(live, { ...live, spec: { listeners: [] } })
    .filter((listener) => !cut.listeners.includes(listener.name))
    .map((listener) =>
      listener.name === HTTP_LISTENER && cut.namespaces !== undefined
        ? admitOnly(listener, cut.namespaces)
        : listener,
    );
  return {
    apiVersion: live.apiVersion,
    kind: live.kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: pick(live.metadata.labels, owned("f:metadata", "f:labels")),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: {
      gatewayClassName: toFields(live["spec"])["gatewayClassName"],
      ...(infrastructure === undefined ? {} : { infrastructure }),
      listeners,
    },
  };
}

/** All that our field manager owns of the live Gateway, with another issuer. */
export function withIssuer(live: KubernetesObject, issuer: string): KubernetesObject {
  const object = cutGateway(live, { listeners: [] });
  const annotations = { ...object.metadata.annotations, [ISSUER_ANNOTATION]: issuer };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** Whether an apply of the cut Gateway would change anything. */
export function isCut(live: KubernetesObject, cut: GatewayCut): boolean {
  const owned = ownedListenerNames(live);
  if (cut.listeners.some((name) => owned.includes(name))) return false;
  const annotations = ownedFields(live)("f:metadata", "f:annotations");
  if (cut.issuer === true && Object.hasOwn(annotations, `f:${ISSUER_ANNOTATION}`)) return false;
  const http = listenersOf(live).find(({ name }) => name === HTTP_LISTENER);
  if (cut.namespaces === undefined || http === undefined) return true;
  return namespacesOf(http).join() === cut.namespaces.join();
}

/** Names of the live listeners that our field manager applied. */
export function ownedListenerNames(live: KubernetesObject | undefined): string[] {
  if (live === undefined) return [];
  const keys = Object.keys(ownedFields(live)("f:spec", "f:listeners"));
  return keys.flatMap((key) => /^k:\{"name":"([^"]+)"\}$/.exec(key)?.[1] ?? []);
}

/** Whether the Gateway has a listener of this name, whoever made it. */
export function gatewayHasListener(live: KubernetesObject | undefined, name: string): boolean {
  return live !== undefined && listenersOf(live).some((listener) => listener.name === name);
}

/** The ClusterIssuer that the Gateway names, if it names one. */
export function issuerOf(live: KubernetesObject | undefined): string | undefined {
  return live?.metadata.annotations?.[ISSUER_ANNOTATION];
}

function mergeListeners(live: KubernetesObject, wanted: KubernetesObject): Listener[] {
  const owned = new Set(ownedListenerNames(live));
  const kept = listenersOf(live).filter(({ name }) => owned.has(name));
  const planned = new Map(listenersOf(wanted).map((listener) => [listener.name, listener]));
  const merged = kept.map((listener) => {
    const replacement = planned.get(listener.name);
    planned.delete(listener.name);
    if (replacement === undefined) return listener;
    return listener.name === HTTP_LISTENER ? uniteNamespaces(listener, replacement) : replacement;
  });
  const listeners = [...merged, ...planned.values()];
  if (listeners.length <= LISTENERS_LIMIT) return listeners;
  throw new UserError(
    "GT-GATEWAY-LISTENERS",
    `The Gateway ${live.metadata.namespace}/${live.metadata.name} would have ${listeners.length} listeners, and a Gateway takes at most ${LISTENERS_LIMIT}.`,
    { hint: "Remove a host first, with gateway-tls remove-host." },
  );
}

/** Another host's backend namespace stays admitted on port 80. */
function uniteNamespaces(live: Listener, wanted: Listener): Listener {
  return admitOnly(wanted, [...new Set([...namespacesOf(live), ...namespacesOf(wanted)])].sort());
}

function admitOnly(listener: Listener, namespaces: readonly string[]): Listener {
  const copy = structuredClone(listener);
  const expression = expressionOf(copy);
  if (expression !== undefined) expression["values"] = [...namespaces];
  return copy;
}

/** The namespaces whose routes a listener of ours admits. */
export function admittedNamespaces(live: KubernetesObject, name: string): string[] {
  return listenersOf(live)
    .filter((listener) => listener.name === name)
    .flatMap(namespacesOf);
}

function namespacesOf(listener: Listener): string[] {
  const values = expressionOf(listener)?.["values"];
  return Array.isArray(values) ? values.filter((value) => typeof value === "string") : [];
}

function expressionOf(listener: Listener): Fields | undefined {
  const namespaces = toFields(toFields(listener["allowedRoutes"])["namespaces"]);
  const expressions = toFields(namespaces["selector"])["matchExpressions"];
  return Array.isArray(expressions) && isRecord(expressions[0]) ? expressions[0] : undefined;
}

function mergeInfrastructure(live: KubernetesObject, wanted: unknown): Fields | undefined {
  const annotations = {
    ...pick(
      toFields(toFields(toFields(live["spec"])["infrastructure"])["annotations"]),
      ownedFields(live)("f:spec", "f:infrastructure", "f:annotations"),
    ),
    ...toFields(toFields(wanted)["annotations"]),
  };
  if (wanted === undefined && Object.keys(annotations).length === 0) return undefined;
  return { ...toFields(wanted), annotations };
}

/** The part of our field manager's `fieldsV1` at a path; empty when we own nothing there. */
function ownedFields(live: KubernetesObject): (...path: string[]) => Fields {
  const ours = (live.metadata.managedFields ?? []).filter(
    ({ manager, operation }) => manager === MANAGER && operation === "Apply",
  );
  return (...path) => {
    const found = ours.map(({ fieldsV1 }) =>
      path.reduce<Fields>((fields, name) => toFields(fields[name]), fieldsV1 ?? {}),
    );
    return Object.assign({}, ...found);
  };
}

function pick(values: Fields | undefined, owned: Fields): Record<string, string> {
  const entries = Object.entries(values ?? {}).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === "string" && Object.hasOwn(owned, `f:${entry[0]}`),
  );
  return Object.fromEntries(entries);
}

function listenersOf(gateway: KubernetesObject): Listener[] {
  const { listeners } = toFields(gateway["spec"]);
  return Array.isArray(listeners) ? listeners.filter(isListener) : [];
}

function isListener(value: unknown): value is Listener {
  return isRecord(value) && typeof value["name"] === "string";
}

function toFields(value: unknown): Fields {
  return isRecord(value) ? value : {};
}
