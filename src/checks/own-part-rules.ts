import type { OwnershipRule } from "./ownership-rule.ts";

/** Parts that are ours, or of others beside ours. */
export const ownPartRules: readonly OwnershipRule[] = [
  {
    part: "ExternalDNS",
    found: "none",
    outcome: "install",
    applies: (p) => p.externalDns === "none",
  },
  {
    part: "ExternalDNS",
    found: "ours only",
    outcome: "manage",
    applies: (p) => p.externalDns === "ours",
  },
  {
    part: "ExternalDNS",
    found:
      "of others, in the namespace that ours uses or with the release name `external-dns`, or the EKS add-on: its cluster-wide roles have the names of ours",
    outcome: "stop",
    code: "GT-EXTERNAL-DNS-TAKEN",
    action:
      "Install the other one under another release name, or remove it: `helm uninstall external-dns --namespace <namespace>`, or `aws eks delete-addon --addon-name external-dns --cluster-name <cluster>`.",
    applies: (p) => p.externalDns === "collides",
  },
  {
    part: "ExternalDNS",
    found:
      "of others, elsewhere and under another release name: ours has its own TXT owner, zone, Gateway and policy upsert-only",
    outcome: "coexist",
    applies: () => true,
  },

  {
    part: "NGINX Gateway Fabric",
    found: "none",
    outcome: "install",
    applies: (p) => p.controller === "none",
  },
  {
    part: "NGINX Gateway Fabric",
    found: "ours",
    outcome: "manage",
    applies: (p) => p.controller === "ours",
  },
  {
    part: "NGINX Gateway Fabric",
    found: "of others: two would fight over the class nginx and its CRDs",
    outcome: "stop",
    code: "GT-GATEWAY-CONTROLLER-FOREIGN",
    action: "Uninstall it, or use another cluster.",
    applies: () => true,
  },

  {
    part: "GatewayClass",
    found: "none of our name",
    outcome: "install",
    applies: (p) => p.gatewayClass === "none",
  },
  {
    part: "GatewayClass",
    found: "of our name, served by our controller",
    outcome: "manage",
    applies: (p) => p.gatewayClass === "fine",
  },
  {
    part: "GatewayClass",
    found: "of our name, served by another controller",
    outcome: "stop",
    code: "GT-GATEWAY-CLASS-TAKEN",
    action: "Rename or delete the other GatewayClass.",
    applies: () => true,
  },

  {
    part: "OIDC provider",
    found: "none, or not needed (Pod Identity)",
    outcome: "install",
    applies: (p) => p.oidcProvider === "none",
  },
  {
    part: "OIDC provider",
    found: "ours",
    outcome: "manage",
    applies: (p) => p.oidcProvider === "ours",
  },
  {
    part: "OIDC provider",
    found: "of others, for the audience sts.amazonaws.com",
    outcome: "use",
    applies: (p) => p.oidcProvider === "fits",
  },
  {
    part: "OIDC provider",
    found: "of others, without the audience sts.amazonaws.com",
    outcome: "stop",
    code: "GT-OIDC-AUDIENCE",
    action:
      "aws iam add-client-id-to-open-id-connect-provider --client-id sts.amazonaws.com --open-id-connect-provider-arn <arn>",
    applies: () => true,
  },

  {
    part: "Pod Identity agent",
    found: "none, or not needed (IRSA)",
    outcome: "install",
    applies: (p) => p.agent === "none",
  },
  {
    part: "Pod Identity agent",
    found: "our add-on",
    outcome: "manage",
    applies: (p) => p.agent === "ours",
  },
  {
    part: "Pod Identity agent",
    found: "add-on of others, or EKS Auto Mode",
    outcome: "use",
    applies: () => true,
  },
];
