import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Lab } from "./lab.ts";

export type HelmMajor = 3 | 4;

/** How a program is told to use the lab instead of the world. */
export interface LabEnvironment {
  /** To be added to the environment. */
  env: Record<string, string>;
  /** For `gateway-tls init`. */
  options: string[];
}

/** Writes the files that are named in it. */
export function writeEnvironment(lab: Lab, helm: HelmMajor = 4): LabEnvironment {
  const { account, aws, acme, dns, built, folder } = lab;
  const files = join(folder, "for-users");
  mkdirSync(files, { recursive: true, mode: 0o700 });
  const write = (name: string, content: string): string => {
    writeFileSync(join(files, name), content, { mode: 0o600 });
    return join(files, name);
  };
  const caBundle = write("acme-ca.pem", lab.ca);
  const trust = write("trusted-roots.pem", acme.production.root);
  const charts = ["cert-manager", "external-dns", "nginx-gateway-fabric"];
  return {
    env: {
      AWS_ENDPOINT_URL: aws.proxy.url,
      AWS_ACCESS_KEY_ID: account.operator.accessKeyId,
      AWS_SECRET_ACCESS_KEY: account.operator.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: "true",
      // None of the user's own: not their profile, not their chart registries, not their cluster.
      AWS_CONFIG_FILE: write("aws-config", ""),
      AWS_SHARED_CREDENTIALS_FILE: write("aws-credentials", ""),
      HELM_CONFIG_HOME: join(files, "helm"),
      HELM_CACHE_HOME: join(files, "helm-cache"),
      HELM_DATA_HOME: join(files, "helm-data"),
      KUBECONFIG: lab.controlPlane.kubeconfig,
      PATH: [join(built.bin, `helm${helm}`), built.bin, process.env["PATH"]].join(delimiter),
    },
    options: [
      `--region=${account.region}`,
      `--cluster=${account.cluster}`,
      `--dns-server=${dns.server}`,
      `--acme-server=${acme.production.directory}`,
      `--acme-staging-server=${acme.staging.directory}`,
      `--acme-ca-bundle=${caBundle}`,
      `--trust-ca=${trust}`,
      ...charts.map((name) => `--chart=${name}=${join(built.charts, name)}`),
      `--crds=gateway-api=${join(built.crds, "gateway-api.yaml")}`,
    ],
  };
}
