import type { ChartName, VersionSetName } from "../config/config.ts";

/** EKS Pod Identity, or IAM roles for service accounts. */
export type IdentityMode = "pod-identity" | "irsa";

/** A pinned chart; `appVersion` is that of the program in it. */
export interface ChartVersion {
  /** With `repository` a chart's name in it, else an OCI reference. */
  chart: string;
  repository?: string;
  version: string;
  appVersion: string;
}

/** One tested combination; evidence for each pin is in docs/compatibility.md. */
export interface VersionSet {
  name: VersionSetName;
  /** `crds`: names of the CustomResourceDefinitions that the bundle holds. */
  gatewayApi: { version: string; url: string; sha256: string; crds: readonly string[] };
  charts: Record<ChartName, ChartVersion>;
  /** Kubernetes minors of 1.x, both inclusive. */
  kubernetes: { from: number; to: number };
  /** Lowest helm that has what we use. */
  helm: string;
  identities: readonly IdentityMode[];
}

const EXTERNAL_DNS = {
  chart: "external-dns",
  repository: "https://kubernetes-sigs.github.io/external-dns/",
} as const;
const CERT_MANAGER = { chart: "oci://quay.io/jetstack/charts/cert-manager" } as const;

const current: VersionSet = {
  name: "current",
  gatewayApi: {
    version: "1.5.1",
    url: bundleUrl("1.5.1"),
    sha256: "4ca80f21da038649c9450d8e4cf2dd8844a7f949ed24474a71c2ea7dd9c73df6",
    crds: crdNames([
      "backendtlspolicies",
      "gatewayclasses",
      "gateways",
      "grpcroutes",
      "httproutes",
      "listenersets",
      "referencegrants",
      "tlsroutes",
    ]),
  },
  charts: {
    "external-dns": { ...EXTERNAL_DNS, version: "1.21.1", appVersion: "0.21.0" },
    "nginx-gateway-fabric": {
      chart: "oci://ghcr.io/nginx/charts/nginx-gateway-fabric",
      version: "2.6.7",
      appVersion: "2.6.7",
    },
    "cert-manager": { ...CERT_MANAGER, version: "v1.21.1", appVersion: "v1.21.1" },
  },
  kubernetes: { from: 33, to: 36 },
  helm: "3.19.0",
  identities: ["pod-identity", "irsa"],
};

const article2025: VersionSet = {
  name: "2025",
  gatewayApi: {
    version: "1.1.0",
    url: bundleUrl("1.1.0"),
    sha256: "84730323af94a705991b9f418a2eef088795c8d33e80e5d147d8371f8035ce1d",
    crds: crdNames(["gatewayclasses", "gateways", "grpcroutes", "httproutes", "referencegrants"]),
  },
  charts: {
    "external-dns": { ...EXTERNAL_DNS, version: "1.14.5", appVersion: "0.14.2" },
    "nginx-gateway-fabric": {
      chart: "oci://ghcr.io/nginxinc/charts/nginx-gateway-fabric",
      version: "1.4.0",
      appVersion: "1.4.0",
    },
    "cert-manager": { ...CERT_MANAGER, version: "v1.15.3", appVersion: "v1.15.3" },
  },
  kubernetes: { from: 29, to: 32 },
  helm: "3.14.0",
  // Pod Identity needs AWS SDK v2, which ExternalDNS has since 0.15.1.
  identities: ["irsa"],
};

/** Every version set that gateway-tls knows. */
export const versionSets: Readonly<Record<VersionSetName, VersionSet>> = {
  current,
  "2025": article2025,
};

/** What runs, in its project's own numbers: ExternalDNS's chart has others. Without `v`. */
export function appVersionOf({ charts }: Pick<VersionSet, "charts">, chart: ChartName): string {
  return charts[chart].appVersion.replace(/^v/, "");
}

function bundleUrl(version: string): string {
  return `https://github.com/kubernetes-sigs/gateway-api/releases/download/v${version}/standard-install.yaml`;
}

function crdNames(plurals: readonly string[]): readonly string[] {
  return plurals.map((plural) => `${plural}.gateway.networking.k8s.io`);
}
