import { readdirSync, readFileSync } from "node:fs";
import type { Config, Host, VersionSetName } from "../../src/config/config.ts";
import { buildPlan } from "../../src/plan/build-plan.ts";
import type { Environment, Plan } from "../../src/plan/plan.ts";
import type { Templates } from "../../src/plan/template.ts";
import { buildConfig } from "../support/config.ts";

const folder = new URL("../../templates/", import.meta.url);

/** Every template that is shipped. */
export const templates: Templates = Object.fromEntries(
  readdirSync(folder).map((file) => [file, readFileSync(new URL(file, folder), "utf8")]),
);

/** `www.example.com` to `shop/web:80`. */
export const webHost: Host = {
  hostname: "www.example.com",
  backend: { namespace: "shop", service: "web", port: 80 },
  path: "/",
};

/** A whole config, with what a test cares about in place of the defaults. */
export function configWith(overrides: Partial<Config> = {}): Config {
  return buildConfig({ hosts: [webHost], sampleApp: false, ...overrides });
}

/** What was found: cluster `demo` of account 123456789012 in eu-west-1, with the LBC. */
export function environmentWith(overrides: Partial<Environment> = {}): Environment {
  return {
    caller: {
      account: "123456789012",
      arn: "arn:aws:iam::123456789012:user/ops",
      partition: "aws",
      region: "eu-west-1",
    },
    cluster: {
      name: "demo",
      arn: "arn:aws:eks:eu-west-1:123456789012:cluster/demo",
      region: "eu-west-1",
      status: "ACTIVE",
      version: "1.34",
      endpoint: "https://demo.eks.example",
      certificateAuthority: "Q0E=",
      oidcIssuer: "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF",
      autoModeCompute: false,
      autoModeLoadBalancing: false,
    },
    zone: { id: "Z0123456789EXAMPLE", name: "example.com", private: false },
    identityMode: "irsa",
    loadBalancer: "lbc",
    podIdentityAgentPresent: false,
    foreignCertManager: undefined,
    ...overrides,
  };
}

/** The plan of a config and an environment. */
export function planWith(
  config: Partial<Config> = {},
  environment: Partial<Environment> = {},
): Plan {
  return buildPlan({
    config: configWith(config),
    environment: environmentWith(environment),
    templates,
    configText: "apiVersion: gateway-tls/v1\ndomain: example.com\n",
  });
}

/** Version set and identity of each combination that there is. */
export const combinations: readonly [VersionSetName, Environment["identityMode"]][] = [
  ["current", "pod-identity"],
  ["current", "irsa"],
  ["2025", "irsa"],
];
