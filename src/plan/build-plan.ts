import type { Config, Host } from "../config/config.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { buildIdentity } from "./identity.ts";
import { buildLoadBalancer } from "./load-balancer.ts";
import { renderManifest } from "./manifest.ts";
import {
  buildHostNames,
  buildNames,
  findRouteNamespaces,
  HTTP_LISTENER,
  type Names,
} from "./names.ts";
import type { DesiredHost, Environment, Plan } from "./plan.ts";
import { buildReleases } from "./releases.ts";
import { renderFile, type Templates } from "./template.ts";
import { type VersionSet, versionSets } from "./version-sets.ts";

/** All that a plan depends on: the same input gives the same plan. */
export interface PlanInput {
  config: Config;
  environment: Environment;
  templates: Templates;
  /** The config as `gateway-tls.yaml`, to be kept in the cluster. */
  configText: string;
}

interface Parts extends PlanInput {
  names: Names;
  versions: VersionSet;
}

/**
 * What must exist, from what the user wants and what was found; no I/O. Throws UserErrors for what
 * the version set cannot do: `GT-CLUSTER-NO-OIDC`, `GT-LOAD-BALANCER-CLASS`,
 * `GT-LOAD-BALANCER-ANNOTATIONS`, `GT-CHART-VALUES-TEMPLATE`.
 */
export function buildPlan(input: PlanInput): Plan {
  const { config, environment, templates } = input;
  const names = buildNames(environment);
  const versions = versionSets[config.versions];
  const parts: Parts = { ...input, names, versions };
  return {
    config,
    environment,
    templates,
    installation: names.installation,
    names,
    versions,
    identity: buildIdentity(parts),
    crds: buildCrds(config, versions),
    releases: buildReleases(parts),
    issuers: {
      staging: buildIssuer(parts, names.issuers.staging, config.acme.stagingServer),
      production: buildIssuer(parts, names.issuers.production, config.acme.server),
    },
    namespaces: buildNamespaces(parts),
    gateway: buildGateway(parts),
    sampleApp: config.sampleApp ? buildSampleApp(parts) : [],
    hosts: config.hosts.map((host) => buildHost(parts, host)),
    keptConfig: buildKeptConfig(parts),
  };
}

/** The user's own bundle is not checked by digest: it is not the one that we know. */
function buildCrds(config: Config, { gatewayApi }: VersionSet): Plan["crds"] {
  const { version, url, sha256 } = gatewayApi;
  const source = config.crds["gateway-api"];
  if (source === undefined) return { source: url, sha256, version };
  return { source, sha256: undefined, version };
}

function buildIssuer(
  { config, environment, names, templates }: Parts,
  name: string,
  server: string,
) {
  const { caBundle } = config.acme;
  return renderManifest(templates, "cluster-issuer.yaml", {
    name,
    acme: {
      server,
      email: config.email,
      caBundle: caBundle === undefined ? undefined : Buffer.from(caBundle).toString("base64"),
      accountSecret: `${name}-account`,
    },
    dnsZones: [environment.zone.name],
    gateway: { name: names.gateway, namespace: config.namespaces.gateway },
  });
}

function buildNamespaces({ config, names, templates }: Parts): Plan["namespaces"] {
  const { gateway, externalDns, gatewayController, certManager, sampleApp } = config.namespaces;
  const build = (name: string) => renderManifest(templates, "namespace.yaml", { name });
  return {
    own: build(names.ownNamespace),
    gateway: build(gateway),
    externalDns: build(externalDns),
    gatewayController: build(gatewayController),
    certManager: build(certManager),
    sampleApp: build(sampleApp),
  };
}

/** Gateway API 1.1 has no `infrastructure` in its standard channel. */
function buildGateway({ config, environment, names, templates, versions }: Parts) {
  const { annotations } = buildLoadBalancer(config, environment, versions);
  return renderManifest(templates, "gateway.yaml", {
    name: names.gateway,
    namespace: config.namespaces.gateway,
    gatewayClass: names.gatewayClass,
    infrastructure: versions.name === "2025" ? undefined : { annotations },
    namespaces: findRouteNamespaces(config),
  });
}

function buildSampleApp({ config, names, templates }: Parts): KubernetesObject[] {
  const values = { name: names.sampleApp, namespace: config.namespaces.sampleApp };
  return ["sample-app-deployment.yaml", "sample-app-service.yaml"].map((file) =>
    renderManifest(templates, file, values),
  );
}

function buildHost({ config, names, templates }: Parts, host: Host): DesiredHost {
  const { hostname, backend, path } = host;
  const { listener, secret, route, redirectRoute } = buildHostNames(hostname);
  const { namespace } = backend;
  const buildRoute = (...sections: string[]) =>
    renderManifest(templates, "http-route.yaml", {
      name: route,
      namespace,
      parentRefs: buildParentRefs(names, config, sections),
      hostname,
      path,
      backend: { service: backend.service, port: backend.port },
    });
  return {
    host,
    listener: {
      ...renderFile(templates, "https-listener.yaml", {
        name: listener,
        hostname,
        secretName: secret,
        namespaces: [namespace],
      }),
      name: listener,
    },
    secretName: secret,
    bootstrapRoute: buildRoute(HTTP_LISTENER),
    route: config.redirect ? buildRoute(listener) : buildRoute(HTTP_LISTENER, listener),
    redirectRoute: config.redirect
      ? renderManifest(templates, "redirect-route.yaml", {
          name: redirectRoute,
          namespace,
          parentRefs: buildParentRefs(names, config, [HTTP_LISTENER]),
          hostname,
        })
      : undefined,
  };
}

/** References to listeners of our Gateway, as routes have them. */
export function buildParentRefs(
  { gateway: name }: Pick<Names, "gateway">,
  { namespaces: { gateway: namespace } }: Pick<Config, "namespaces">,
  sections: readonly string[],
): Record<string, string>[] {
  return sections.map((sectionName) => ({
    group: "gateway.networking.k8s.io",
    kind: "Gateway",
    name,
    namespace,
    sectionName,
  }));
}

function buildKeptConfig(parts: Parts): KubernetesObject {
  const { configText, environment, names, templates, versions } = parts;
  const { charts, gatewayApi } = versions;
  return renderManifest(templates, "kept-config.yaml", {
    name: names.keptConfig,
    namespace: names.ownNamespace,
    config: configText,
    installation: names.installation,
    zoneId: environment.zone.id,
    versions: {
      set: versions.name,
      gatewayApi: gatewayApi.version,
      externalDns: charts["external-dns"].version,
      nginxGatewayFabric: charts["nginx-gateway-fabric"].version,
      certManager: charts["cert-manager"].version,
    },
  });
}
