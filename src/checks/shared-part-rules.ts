import type { OwnershipRule } from "./ownership-rule.ts";

const SAME_MINOR = "of others, standard or experimental channel, of the set's minor and complete";

/** Parts that a cluster has once, whoever brought them. */
export const sharedPartRules: readonly OwnershipRule[] = [
  {
    part: "Gateway API CRDs",
    found: "none",
    outcome: "install",
    applies: (p) => p.gatewayApi === undefined,
  },
  {
    part: "Gateway API CRDs",
    found:
      "ours, of the set's minor and not older than its version: newer ones are left as they are",
    outcome: "manage",
    applies: (p) => p.gatewayApi?.ours === true && p.gatewayApi.fits,
  },
  {
    part: "Gateway API CRDs",
    found: "ours, of another minor, or older",
    outcome: "stop",
    code: "GT-INSTALLATION-VERSIONS",
    action:
      "Use the --versions that is for them, or bring older ones up by hand; never take newer ones down.",
    applies: (p) => p.gatewayApi?.ours === true,
  },
  {
    part: "Gateway API CRDs",
    found: SAME_MINOR,
    outcome: "use",
    applies: (p) => p.gatewayApi?.fits === true && p.gatewayApi.missing.length === 0,
  },
  {
    part: "Gateway API CRDs",
    found: "of others, of another minor, unmarked, or incomplete",
    outcome: "stop",
    code: "GT-CRDS-FOREIGN",
    action:
      "Let their owner bring them to the set's version, standard channel, or choose the --versions that fits them.",
    applies: () => true,
  },

  {
    part: "cert-manager",
    found: "none",
    outcome: "install",
    applies: (p) => p.certManager === "none",
  },
  {
    part: "cert-manager",
    found: "ours",
    outcome: "manage",
    applies: (p) => p.certManager === "ours",
  },
  {
    part: "cert-manager",
    found: "two controllers or more",
    outcome: "stop",
    code: "GT-CERT-MANAGER-TWICE",
    action: "Remove all but one: they work on the same Certificates.",
    applies: (p) => p.certManager === "several",
  },
  {
    part: "cert-manager",
    found: "of others (release, EKS add-on or manifests), with Gateway API on, 1.15 or newer",
    outcome: "use",
    applies: (p) => p.certManager === "foreign-enabled",
  },
  {
    part: "cert-manager",
    found: "of others, older than 1.15, or 1.20.0 (duplicate parentRefs)",
    outcome: "stop",
    code: "GT-CERT-MANAGER-OLD",
    action: "Let its owner upgrade it to 1.20.1 or newer.",
    applies: (p) => p.certManager === "foreign-old",
  },
  {
    part: "cert-manager",
    found: "of others, with Gateway API off, or its setting unreadable",
    outcome: "stop",
    code: "GT-CERT-MANAGER-GATEWAY-API",
    action:
      "Let its owner set config.enableGatewayAPI: true in the chart's values (with apiVersion and kind before 1.16) and restart it once the Gateway API CRDs are there.",
    applies: () => true,
  },

  {
    part: "cert-manager CRDs",
    found: "none, or of the cert-manager found",
    outcome: "manage",
    applies: (p) => p.certManagerCrds === "fine",
  },
  {
    part: "cert-manager CRDs",
    found: "of others, with no cert-manager that runs",
    outcome: "stop",
    code: "GT-CERT-MANAGER-CRDS",
    action:
      "Remove them if no Certificate is needed any more, or start the cert-manager they belong to.",
    applies: () => true,
  },
];
