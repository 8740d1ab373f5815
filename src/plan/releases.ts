import type { ChartName, Config } from "../config/config.ts";
import type { JsonObject } from "../json.ts";
import type { ReleaseRequest } from "../ports/charts.ts";
import { buildExternalDnsValues } from "./external-dns-values.ts";
import { buildLoadBalancer, type DesiredLoadBalancer } from "./load-balancer.ts";
import { MANAGED_BY, MANAGER } from "./manifest.ts";
import { mergeValues } from "./merge-values.ts";
import type { Names } from "./names.ts";
import type { Environment } from "./plan.ts";
import type { VersionSet } from "./version-sets.ts";

/** The largest images on a new node take minutes. */
const TIME_LIMIT_MS = 10 * 60 * 1000;

interface ReleasesInput {
  config: Config;
  environment: Environment;
  names: Names;
  versions: VersionSet;
}

/** The three helm releases: chart, version and values of the version set, the user's values under. */
export function buildReleases(input: ReleasesInput): Record<ChartName, ReleaseRequest> {
  const { config, environment, names, versions } = input;
  const { namespaces, charts } = config;
  const loadBalancer = buildLoadBalancer(config, environment, versions);
  const build = (name: ChartName, namespace: string, values: JsonObject): ReleaseRequest => ({
    name,
    namespace,
    ...locateChart(config, versions, name),
    values,
    labels: { [MANAGED_BY]: MANAGER },
    timeLimitMs: TIME_LIMIT_MS,
  });
  const under = (name: ChartName, ours: JsonObject): JsonObject =>
    mergeValues(charts[name]?.values ?? {}, ours);
  return {
    "external-dns": build("external-dns", namespaces.externalDns, buildExternalDnsValues(input)),
    "nginx-gateway-fabric": build(
      "nginx-gateway-fabric",
      namespaces.gatewayController,
      under("nginx-gateway-fabric", buildGatewayControllerValues(versions, names, loadBalancer)),
    ),
    "cert-manager": build(
      "cert-manager",
      namespaces.certManager,
      under("cert-manager", buildCertManagerValues()),
    ),
  };
}

/**
 * Upstream's chart, or the user's `source` in its place. A path and a URL name one archive, and so
 * does an OCI reference with a tag or digest: there the version is left out.
 */
export function locateChart(
  config: Pick<Config, "charts">,
  versions: Pick<VersionSet, "charts">,
  name: ChartName,
): Pick<ReleaseRequest, "chart" | "repository" | "version"> {
  const { chart, repository, version } = versions.charts[name];
  const source = config.charts[name]?.source;
  if (source === undefined) {
    return { chart, version, ...(repository === undefined ? {} : { repository }) };
  }
  const isOpenReference = /^oci:\/\/[^@]*$/.test(source) && !/:[^/]*$/.test(source.slice(6));
  return isOpenReference ? { chart: source, version } : { chart: source };
}

function buildGatewayControllerValues(
  { name: set }: VersionSet,
  { gatewayClass: gatewayClassName }: Names,
  { loadBalancerClass, annotations }: DesiredLoadBalancer,
): JsonObject {
  const service = { type: "LoadBalancer", externalTrafficPolicy: "Local" };
  if (set === "2025") {
    return { nginxGateway: { gatewayClassName }, service: { ...service, annotations } };
  }
  // The annotations are on the Gateway: as of 2.0 each Gateway has its own Service.
  return {
    nginxGateway: { gatewayClassName, snippets: { enable: false } },
    nginx: {
      service: { ...service, ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }) },
    },
  };
}

/**
 * The same in both sets: cert-manager 1.15 wants apiVersion and kind, and 1.21 still reads
 * `enableGatewayAPI`, while older ones refuse the `gatewayAPI` that replaces it.
 */
function buildCertManagerValues(): JsonObject {
  return {
    crds: { enabled: true, keep: true },
    config: {
      apiVersion: "controller.config.cert-manager.io/v1alpha1",
      kind: "ControllerConfiguration",
      enableGatewayAPI: true,
    },
  };
}
