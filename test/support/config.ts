import type { Config, RunOptions } from "../../src/config/config.ts";

/** A complete config for the sandbox's cluster, with the sample app on www. */
export function buildConfig(overrides: Partial<Config> = {}): Config {
  return {
    domain: "example.com",
    email: "ops@example.com",
    cluster: "demo",
    region: "eu-west-1",
    identity: "auto",
    issuer: "production",
    versions: "current",
    namespaces: {
      gateway: "gateway-tls",
      externalDns: "external-dns",
      gatewayController: "nginx-gateway",
      certManager: "cert-manager",
      sampleApp: "gateway-tls-sample",
    },
    hosts: [
      {
        hostname: "www.example.com",
        backend: { namespace: "gateway-tls-sample", service: "coffee", port: 80 },
        path: "/",
      },
    ],
    sampleApp: true,
    loadBalancer: { provider: "auto", scheme: "internet-facing", annotations: {} },
    redirect: true,
    charts: {},
    crds: {},
    acme: {
      server: "https://acme-v02.api.letsencrypt.org/directory",
      stagingServer: "https://acme-staging-v02.api.letsencrypt.org/directory",
    },
    ...overrides,
  };
}

/** A run in the sandbox that asks nothing. */
export function buildRunOptions(overrides: Partial<RunOptions> = {}): RunOptions {
  return {
    yes: true,
    dryRun: false,
    output: "text",
    skipRehearsal: false,
    certificatesPerWeek: 50,
    timeoutSeconds: 600,
    sandbox: true,
    sandboxFaults: [],
    color: false,
    debug: false,
    ...overrides,
  };
}
