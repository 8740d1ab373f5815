/** The parts whose namespace can be chosen, by the name on the command line. */
export const namespaceParts = {
  gateway: "gateway",
  "external-dns": "externalDns",
  "gateway-controller": "gatewayController",
  "cert-manager": "certManager",
  "sample-app": "sampleApp",
} as const;

/** In the order of the file and of `--help`. */
export const chartNames = ["external-dns", "nginx-gateway-fabric", "cert-manager"] as const;
/** Names of `--crds`. */
export const crdBundleNames = ["gateway-api"] as const;
