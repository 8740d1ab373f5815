import type { Config } from "./config.ts";

/** Let's Encrypt's directories. */
export const ACME = {
  server: "https://acme-v02.api.letsencrypt.org/directory",
  stagingServer: "https://acme-staging-v02.api.letsencrypt.org/directory",
} as const;

/** cert-manager and NGINX Gateway Fabric go where their own documentation puts them. */
export const DEFAULT_NAMESPACES: Config["namespaces"] = {
  gateway: "gateway-tls",
  externalDns: "external-dns",
  gatewayController: "nginx-gateway",
  certManager: "cert-manager",
  sampleApp: "gateway-tls-sample",
};

/** The Service of the sample app. */
export const SAMPLE_SERVICE = { service: "coffee", port: 80 } as const;

/** Of Let's Encrypt, for each registered domain: https://letsencrypt.org/docs/rate-limits/ */
export const DEFAULT_CERTIFICATES_PER_WEEK = 50;

/** Where the simulated cluster is: any region would do. */
export const SANDBOX_REGION = "eu-west-1";
/**
 * The default of `--timeout`, for any one wait: a resolver may remember for as long that a name is
 * missing (the TTL of Route 53's SOA records).
 */
export const DEFAULT_TIMEOUT_SECONDS = 900;
/** Read from the working directory where it is there; also the name of the kept document. */
export const CONFIG_FILE = "gateway-tls.yaml";

/** Whether the ACME directory is one of Let's Encrypt's. */
export function isLetsEncrypt(server: string): boolean {
  if (!URL.canParse(server)) return false;
  const { hostname } = new URL(server);
  return hostname === "letsencrypt.org" || hostname.endsWith(".letsencrypt.org");
}
