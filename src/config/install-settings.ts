import { parsePermissionsBoundary } from "./aws-names.ts";
import { parseDomain } from "./domain.ts";
import { parseEmail } from "./email.ts";
import { parseNamespace } from "./kubernetes-name.ts";
import { parseAnnotation, parsePair } from "./pairs.ts";
import { parseOneOf, parseSwitch } from "./plain-values.ts";
import type { Setting } from "./setting.ts";

const namespaceNames = [
  "gateway",
  "external-dns",
  "gateway-controller",
  "cert-manager",
  "sample-app",
] as const;

/** The installation: kept in the cluster. */
export const wantedSettings = {
  domain: {
    flag: "domain",
    value: "NAME",
    group: "what",
    scope: "init",
    file: "domain",
    parse: parseDomain,
    about: "The domain, under a public suffix, with a public hosted zone in Route 53",
  },
  email: {
    flag: "email",
    value: "ADDRESS",
    group: "what",
    scope: "init",
    file: "email",
    parse: parseEmail,
    about: "Where the certificate authority writes to",
  },
  identity: {
    flag: "identity",
    value: "MODE",
    group: "what",
    scope: "init",
    file: "identity",
    parse: parseOneOf(["auto", "pod-identity", "irsa"]),
    about: "How ExternalDNS gets its AWS role: auto, pod-identity or irsa (default: auto)",
  },
  issuer: {
    flag: "issuer",
    value: "NAME",
    group: "what",
    scope: "init",
    file: "issuer",
    parse: parseOneOf(["production", "staging"]),
    about: "production, reached through staging, or staging alone (default: production)",
  },
  versions: {
    flag: "versions",
    value: "SET",
    group: "what",
    scope: "init",
    file: "versions",
    parse: parseOneOf(["current", "2025"]),
    about: "Which tested set of versions: current or 2025 (default: current)",
  },
  namespaces: {
    flag: "namespace",
    value: "PART=NAME",
    repeat: true,
    group: "what",
    scope: "init",
    file: null,
    parse: parsePair(namespaceNames, parseNamespace),
    about: "Namespace of gateway, external-dns, gateway-controller, cert-manager or sample-app",
  },
  redirect: {
    flag: "redirect",
    negated: true,
    group: "what",
    scope: "init",
    file: "redirect",
    parse: parseSwitch,
    about: "Leave port 80 as it is, without a redirect to HTTPS",
  },
  permissionsBoundary: {
    flag: "permissions-boundary",
    value: "ARN",
    group: "what",
    scope: "init",
    file: "permissionsBoundary",
    parse: parsePermissionsBoundary,
    about: "IAM policy that bounds the role of ExternalDNS",
  },
} as const satisfies Record<string, Setting>;

/** The load balancer: kept in the cluster. */
export const networkSettings = {
  loadBalancer: {
    flag: "load-balancer",
    value: "KIND",
    group: "network",
    scope: "init",
    file: "loadBalancer.provider",
    parse: parseOneOf(["auto", "lbc", "auto-mode", "in-tree"]),
    about: "auto, lbc, auto-mode or in-tree (default: auto)",
  },
  scheme: {
    flag: "scheme",
    value: "SCHEME",
    group: "network",
    scope: "init",
    file: "loadBalancer.scheme",
    parse: parseOneOf(["internet-facing", "internal"]),
    about: "internet-facing or internal (default: internet-facing)",
  },
  annotations: {
    flag: "load-balancer-annotation",
    value: "KEY=VALUE",
    repeat: true,
    group: "network",
    scope: "init",
    file: null,
    parse: parseAnnotation,
    about: "Annotation of the load balancer's Service",
  },
} as const satisfies Record<string, Setting>;
