import type { JsonObject } from "../json.ts";

export type IdentityChoice = "auto" | "pod-identity" | "irsa";
export type IssuerChoice = "production" | "staging";
export type VersionSetName = "current" | "2025";
export type LoadBalancerChoice = "auto" | "lbc" | "auto-mode" | "in-tree";
export type Scheme = "internet-facing" | "internal";
export type ChartName = "external-dns" | "nginx-gateway-fabric" | "cert-manager";
export type CrdBundleName = "gateway-api";

export interface Backend {
  namespace: string;
  service: string;
  port: number;
}

export interface Host {
  hostname: string;
  backend: Backend;
  /** Path prefix, `/` by default. */
  path: string;
}

export interface ChartSource {
  /** A path, a URL of an archive or an OCI reference, in place of upstream's. */
  source?: string;
  /** Merged under ours: for images, resources, tolerations. */
  values?: JsonObject;
}

/** What the user wants: every value parsed once, no value still open. Kept in the cluster. */
export interface Config {
  domain: string;
  email: string;
  cluster: string;
  region: string;
  zoneId?: string;
  identity: IdentityChoice;
  issuer: IssuerChoice;
  versions: VersionSetName;
  namespaces: {
    /** The Gateway, its Certificates and Secrets, and our own records. */
    gateway: string;
    externalDns: string;
    gatewayController: string;
    certManager: string;
    sampleApp: string;
  };
  hosts: Host[];
  /** Whether gateway-tls runs the sample backend `coffee`. */
  sampleApp: boolean;
  loadBalancer: {
    provider: LoadBalancerChoice;
    scheme: Scheme;
    annotations: Record<string, string>;
  };
  /** Port 80 redirects to HTTPS once a host has its certificate. */
  redirect: boolean;
  charts: Partial<Record<ChartName, ChartSource>>;
  crds: Partial<Record<CrdBundleName, string>>;
  acme: {
    server: string;
    stagingServer: string;
    /** PEM of the CA that signs the ACME directory's own certificate. */
    caBundle?: string;
  };
  permissionsBoundary?: string;
}

/** How this one run behaves; never kept. */
export interface RunOptions {
  profile?: string;
  yes: boolean;
  dryRun: boolean;
  output: "text" | "json" | "yaml";
  skipRehearsal: boolean;
  /** `uninstall` also removes the CRDs that came with the installation. */
  deleteCrds?: boolean;
  /** Seconds that any one wait may take. */
  timeoutSeconds: number;
  kubeconfig?: string;
  context?: string;
  /** `HOST[:PORT]`, asked for everything. */
  dnsServer?: string;
  /** File with PEM roots that served certificates may end at. */
  trustCa?: string;
  sandbox: boolean;
  sandboxState?: string;
  sandboxFaults: string[];
  color: boolean;
  debug: boolean;
}
