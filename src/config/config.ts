import type { JsonObject } from "../json.ts";

/** How ExternalDNS gets its role; `auto` is chosen from the facts (checks/environment.ts). */
export type IdentityChoice = "auto" | "pod-identity" | "irsa";
/** `production` is reached through staging; `staging` stays there. */
export type IssuerChoice = "production" | "staging";
/** A tested set of versions: plan/version-sets.ts. */
export type VersionSetName = "current" | "2025";
/**
 * Who makes the load balancer: the AWS Load Balancer Controller, EKS Auto Mode, or the cluster's
 * own cloud provider; `auto` is chosen from the facts.
 */
export type LoadBalancerChoice = "auto" | "lbc" | "auto-mode" | "in-tree";
/** As the annotation `aws-load-balancer-scheme` spells them. */
export type Scheme = "internet-facing" | "internal";
/** The charts' names, as upstream publishes them. */
export type ChartName = "external-dns" | "nginx-gateway-fabric" | "cert-manager";
/** CRDs that upstream publishes as one file, without a chart. */
export type CrdBundleName = "gateway-api";

/** The Service that answers for a host; `port` is the Service's, not the container's. */
export interface Backend {
  namespace: string;
  service: string;
  port: number;
}

/** A name that is served by HTTPS, and what answers for it. */
export interface Host {
  /** Lower case, international labels as `xn--`; the domain or below it. */
  hostname: string;
  backend: Backend;
  /** Path prefix, `/` by default. */
  path: string;
}

/** What is said of one chart beside its version, which the version set names. */
export interface ChartSource {
  /** A path, a URL of an archive or an OCI reference, in place of upstream's. */
  source?: string;
  /** Merged under ours: for images, resources, tolerations. */
  values?: JsonObject;
}

/** What the user wants: every value parsed once, no value still open. Kept in the cluster. */
export interface Config {
  /** Lower case, international labels as `xn--`. */
  domain: string;
  email: string;
  cluster: string;
  region: string;
  /** Without `/hostedzone/`; left out where the domain's name is enough to find the zone. */
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
    /** Of the load balancer's Service; what `provider` and `scheme` stand for is ours to say. */
    annotations: Record<string, string>;
  };
  /** Port 80 redirects to HTTPS once a host has its certificate. */
  redirect: boolean;
  charts: Partial<Record<ChartName, ChartSource>>;
  /** A path, a URL or an OCI reference, in place of upstream's. */
  crds: Partial<Record<CrdBundleName, string>>;
  acme: {
    /** URLs of ACME directories. */
    server: string;
    stagingServer: string;
    /** PEM of the CA that signs the ACME directory's own certificate. */
    caBundle?: string;
  };
  /** The ARN of an IAM policy, for ExternalDNS's role. */
  permissionsBoundary?: string;
}

/** How this one run behaves; never kept. */
export interface RunOptions {
  /** Of the AWS configuration files. */
  profile?: string;
  yes: boolean;
  dryRun: boolean;
  output: "text" | "json" | "yaml";
  /** The CA is asked before port 80 has been tried from here. */
  skipRehearsal: boolean;
  /** New ones for names below one registered domain that Let's Encrypt gives in seven days. */
  certificatesPerWeek: number;
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
  /** Path of the file that the simulated world is kept in. */
  sandboxState?: string;
  sandboxFaults: string[];
  color: boolean;
  debug: boolean;
}
