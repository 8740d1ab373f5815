import type { Config, Host, Scheme } from "../config/config.ts";
import { buildHostNames, type Names } from "../plan/names.ts";
import type { VersionSet } from "../plan/version-sets.ts";
import { keysOfHost, keysOfRoute, Lookup } from "./lookup.ts";
import type { Gateway, HttpRoute } from "./objects.ts";

/** Which object of a namespace. */
export interface Place {
  namespace: string;
  name: string;
}

/** One host of one Gateway: what its chain is made of, by name. */
export interface Target {
  hostname: string;
  gateway: Place;
  /** The HTTPS listener's name. */
  listener: string;
  /** The Secret that the listener names, in the Gateway's namespace. */
  secret: string;
  /** `undefined`: no route names the host. */
  route: Place | undefined;
  /** The Services behind the route. */
  backends: Place[];
}

/** What status looks at, whoever installed it. */
export interface Survey {
  /** An installation of gateway-tls; else one made by hand, named by its Gateway. */
  kept: boolean;
  /** What should be kept is missing, and was told by the objects. */
  rebuilt?: boolean;
  gateways: Place[];
  gatewayClass: string;
  /** `undefined`: wherever it is found. */
  namespaces: { externalDns?: string; gatewayController?: string; certManager?: string };
  /** Where the load balancer's Service stands. */
  serviceNamespaces: string[];
  zone: { id: string | undefined; name: string };
  /** As our plan has them; all unknown for an installation made by hand. */
  expected: {
    issuer?: "production" | "staging";
    issuers?: { staging: string; production: string };
    acmeServer?: string;
    redirect?: boolean;
    scheme?: Scheme;
    /** Gateway API version that the gateway controller supports. */
    gatewayApi?: string;
    txtOwner?: string;
    role?: string;
    cluster?: string;
    serviceAccount?: string;
  };
  targets: Target[];
}

/** The survey of an installation of gateway-tls. */
export function surveyInstallation(
  config: Config,
  names: Names,
  versions: VersionSet,
  zoneId: string | undefined,
): Survey {
  const { namespaces } = config;
  const gateway = { namespace: namespaces.gateway, name: names.gateway };
  return {
    kept: true,
    gateways: [gateway],
    gatewayClass: names.gatewayClass,
    namespaces: {
      externalDns: namespaces.externalDns,
      gatewayController: namespaces.gatewayController,
      certManager: namespaces.certManager,
    },
    // NGF 1.x has one Service, of its release; from 2.0 each Gateway has its own beside it.
    serviceNamespaces: [
      versions.name === "2025" ? namespaces.gatewayController : namespaces.gateway,
    ],
    zone: { id: config.zoneId ?? zoneId, name: config.domain },
    expected: {
      issuer: config.issuer,
      issuers: names.issuers,
      acmeServer: config.acme.server,
      redirect: config.redirect,
      scheme: config.loadBalancer.scheme,
      gatewayApi: versions.gatewayApi.version,
      txtOwner: names.txtOwner,
      role: names.role,
      cluster: config.cluster,
      serviceAccount: names.serviceAccount,
    },
    targets: config.hosts.map((host) => targetOf(host, gateway)),
  };
}

function targetOf({ hostname, backend }: Host, gateway: Place): Target {
  const { listener, secret, route } = buildHostNames(hostname);
  return {
    hostname,
    gateway,
    listener,
    secret,
    route: { namespace: backend.namespace, name: route },
    backends: [{ namespace: backend.namespace, name: backend.service }],
  };
}

/** The hosts of Gateways that somebody made by hand: one per HTTPS listener with a hostname. */
export function findTargets(gateways: readonly Gateway[], routes: readonly HttpRoute[]): Target[] {
  const byHost = new Lookup(routes, keysOfRoute);
  return gateways.flatMap(({ metadata, spec }) => {
    const gateway = { namespace: metadata.namespace ?? "default", name: metadata.name };
    return spec.listeners.flatMap(({ name, hostname, tls }) => {
      const secret = tls.certificateRefs[0]?.name;
      if (hostname === undefined || secret === undefined) return [];
      const candidates = byHost.pick(keysOfHost(hostname));
      const found = candidates.filter((route) => isRouteOf(route, gateway, hostname));
      const route = found.find(({ spec }) => backendsOf(spec).length > 0) ?? found[0];
      const at = route?.metadata.namespace ?? "default";
      return [
        {
          hostname,
          gateway,
          listener: name,
          secret,
          route: route && { namespace: at, name: route.metadata.name },
          backends: route === undefined ? [] : backendsOf(route.spec, at),
        },
      ];
    });
  });
}

/** Whether the route hangs on this Gateway and is for the host; the solver's own does not count. */
export function isRouteOf(
  { metadata, spec }: HttpRoute,
  gateway: Place,
  hostname: string,
): boolean {
  if (metadata.labels?.["acme.cert-manager.io/http01-solver"] !== undefined) return false;
  const isParent = spec.parentRefs.some(
    (ref) =>
      ref.name === gateway.name && (ref.namespace ?? metadata.namespace) === gateway.namespace,
  );
  return isParent && isRouteFor(spec, hostname);
}

/** A route that names no host is for those of its listeners. */
export function isRouteFor({ hostnames }: HttpRoute["spec"], hostname: string): boolean {
  return hostnames.length === 0 || hostnames.some((name) => includesHost(name, hostname));
}

/** As the Gateway API reads hostnames: a wildcard stands for one label or more. */
export function includesHost(name: string, hostname: string): boolean {
  return name === hostname || (name.startsWith("*.") && hostname.endsWith(name.slice(1)));
}

/** What is said about a route on this Gateway: it may hang on others too. */
export function parentsOn({ metadata, status }: HttpRoute, gateway: Place) {
  return status.parents.filter(
    ({ parentRef: { name, namespace = metadata.namespace } }) =>
      name === gateway.name && namespace === gateway.namespace,
  );
}

function backendsOf(spec: HttpRoute["spec"], namespace = ""): Place[] {
  const refs = spec.rules.flatMap(({ backendRefs }) => backendRefs);
  return refs
    .filter(({ kind = "Service", weight = 1 }) => kind === "Service" && weight > 0)
    .map((ref) => ({ namespace: ref.namespace ?? namespace, name: ref.name }));
}

/** The name above all hosts that a zone may have: what the hosts have in common. */
export function findCommonDomain(hostnames: readonly string[]): string {
  const [first = "", ...rest] = hostnames.map((name) => name.replace(/^\*\./, ""));
  const labels = first.split(".");
  const candidates = labels.map((_, index) => labels.slice(index).join("."));
  return (
    candidates.find((domain) =>
      rest.every((name) => name === domain || name.endsWith(`.${domain}`)),
    ) ?? first
  );
}
