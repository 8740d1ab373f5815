import { networkTroubles } from "./network-troubles.ts";
import type { TroubleRow } from "./trouble-row.ts";

/** What goes wrong for people, by the part where it does. */
export const troubles: Record<string, TroubleRow | readonly TroubleRow[]> = {
  ...networkTroubles,
  // ExternalDNS
  "ExternalDNS passes over the route and says nothing": [
    { link: "external-dns-scope", code: "GT-EXTERNAL-DNS-SOURCE", states: ["scope-no-routes"] },
    {
      link: "external-dns-scope",
      code: "GT-EXTERNAL-DNS-FILTER",
      states: [
        "scope-domain",
        "scope-excluded",
        "scope-expression",
        "scope-gateway",
        "scope-labels",
        "scope-label-sets",
        "scope-annotations",
        "scope-namespace",
        "scope-zone",
        "scope-zone-name",
        "scope-private-zones",
      ],
    },
    { link: "external-dns-scope", states: ["scope-expression-unread"] },
    {
      link: "route",
      code: "GT-ROUTE-WAITS-FOR-CERTIFICATE",
      states: ["route-waits-for-certificate"],
    },
    { link: "record", code: "GT-RECORD-NOT-WRITTEN", states: ["record-never"] },
  ],
  "a record of another load balancer": [
    {
      link: "record",
      code: "GT-RECORD-NOT-WRITTEN",
      states: ["record-outdated", "record-owner-unread"],
    },
    { link: "record", states: ["record-changing"] },
  ],
  "a record at some of the zone's servers": [
    { link: "record", code: "GT-RECORD-PARTIAL", states: ["record-not-everywhere"] },
    { link: "record", states: ["record-in-one-place"] },
  ],
  "ExternalDNS writes nothing, or elsewhere": [
    { link: "external-dns-scope", code: "GT-EXTERNAL-DNS-DRY-RUN", states: ["scope-dry-run"] },
    { link: "external-dns-scope", code: "GT-EXTERNAL-DNS-PROVIDER", states: ["scope-provider"] },
  ],
  "every zone is written": {
    link: "external-dns-scope",
    code: "GT-EXTERNAL-DNS-EVERY-ZONE",
    states: ["scope-every-zone"],
  },
  "annotations of another version": {
    link: "external-dns-scope",
    code: "GT-EXTERNAL-DNS-ANNOTATION",
    states: ["scope-old-annotation"],
  },
  "a pod without its identity": {
    link: "external-dns-identity",
    code: "GT-EXTERNAL-DNS-IDENTITY",
    states: ["identity-of-the-node", "identity-not-injected"],
  },
  "another role, or none": {
    link: "external-dns-identity",
    code: "GT-EXTERNAL-DNS-ROLE",
    states: ["identity-other-role", "identity-absent"],
  },
  "a role that may not be assumed": {
    link: "external-dns-identity",
    code: "GT-EXTERNAL-DNS-TRUST",
    states: ["identity-trust-irsa", "identity-trust-pod-identity"],
  },
  "a role that may too little": [
    {
      link: "external-dns-identity",
      code: "GT-EXTERNAL-DNS-PERMISSION",
      states: ["identity-permission", "hand-made-role-refused"],
    },
  ],
  "AWS limits ExternalDNS": {
    link: "external-dns-identity",
    code: "GT-EXTERNAL-DNS-FAILING",
    states: ["external-dns-throttled"],
  },
  // Kubernetes
  "CRDs after cert-manager": {
    link: "cert-manager",
    code: "GT-CERT-MANAGER-BEFORE-CRDS",
    states: ["cert-manager-before-crds"],
  },
  "the webhook is not up": [
    {
      link: "cert-manager",
      code: "GT-CERT-MANAGER-WEBHOOK",
      states: ["webhook-race", "webhook-timeout"],
    },
    { link: "cert-manager", code: "GT-DEPLOYMENT-NOT-READY", states: ["webhook-down"] },
  ],
  "CRDs of another version": [
    {
      link: "crds",
      code: "GT-CRDS-UNSUPPORTED",
      states: ["crds-other-minor", "crds-newer-minor", "crds-newer-major"],
    },
    {
      link: "gateway-class",
      code: "GT-CRDS-UNSUPPORTED",
      states: ["class-unsupported", "class-best-effort"],
    },
    { check: "gateway-api-crds", code: "GT-CRDS-FOREIGN" },
  ],
  "CRDs that the API server does not serve": [
    {
      link: "crds",
      code: "GT-CRDS-NOT-ESTABLISHED",
      states: ["crds-never-established"],
    },
    { link: "cert-manager", code: "GT-CRDS-NOT-ESTABLISHED", states: ["crds-names-taken"] },
  ],
  "a controller that does nothing": [
    {
      link: "gateway",
      code: "GT-CONTROLLER-SILENT",
      states: ["gateway-never-looked-at", "gateway-never-taken"],
    },
    { link: "gateway-class", code: "GT-CONTROLLER-SILENT", states: ["class-never-looked-at"] },
    { link: "route", code: "GT-CONTROLLER-SILENT", states: ["route-never-looked-at"] },
    { link: "issuer", code: "GT-CONTROLLER-SILENT", states: ["issuer-never-looked-at"] },
    {
      link: "certificate-requested",
      code: "GT-CONTROLLER-SILENT",
      states: ["certificate-never-made", "certificate-never-switched"],
    },
    {
      link: "certificate",
      code: "GT-CONTROLLER-SILENT",
      states: ["certificate-switching-for-long"],
    },
    { link: "secret", code: "GT-CONTROLLER-SILENT", states: ["secret-never-issued"] },
    { link: "request", code: "GT-REQUEST-NOT-APPROVED", states: ["request-never-approved"] },
  ],
  "a part that does not start": {
    link: "gateway-controller",
    code: "GT-DEPLOYMENT-NOT-READY",
    states: ["controller-crashes", "controller-never-ready"],
  },
  "rights that are lacking": [
    {
      link: "external-dns-identity",
      code: "GT-CLUSTER-FORBIDDEN",
      states: ["pods-forbidden", "accounts-forbidden", "logs-forbidden"],
    },
    { link: "gateway-controller", code: "GT-CLUSTER-FORBIDDEN", states: ["controller-unread"] },
    { link: "challenge", code: "GT-CLUSTER-FORBIDDEN", states: ["challenges-forbidden"] },
    { check: "access", code: "GT-ACCESS-DENIED" },
  ],
  "a certificate that the gateway does not take": [
    { link: "listener", code: "GT-LISTENER-REFUSED", states: ["listener-secret-refused"] },
    { link: "secret", code: "GT-SECRET-UNREADABLE", states: ["secret-garbage"] },
  ],
  "parts that somebody else manages": [
    { check: "external-dns", code: "GT-EXTERNAL-DNS-TAKEN" },
    { check: "gateway-controller", code: "GT-GATEWAY-CONTROLLER-FOREIGN" },
    { check: "cert-manager", code: "GT-PART-FOREIGN" },
  ],
  "two listeners in conflict": {
    link: "listener",
    code: "GT-LISTENER-CONFLICT",
    states: ["listener-hostname-conflict", "listener-protocol-conflict"],
  },
  "no or a private load balancer": [
    {
      link: "load-balancer",
      code: "GT-LOAD-BALANCER-NO-ADDRESS",
      states: [
        "balancer-no-subnet",
        "balancer-never",
        "balancer-gone",
        "balancer-service-never",
        "balancer-events-unread",
      ],
    },
    { link: "load-balancer", code: "GT-LOAD-BALANCER-GONE", states: ["balancer-deleted"] },
    { link: "load-balancer", states: ["balancer-name-new"] },
    {
      link: "load-balancer",
      code: "GT-LOAD-BALANCER-CONTROLLER",
      states: ["balancer-without-controller"],
    },
    {
      link: "load-balancer",
      code: "GT-LOAD-BALANCER-INTERNAL",
      states: ["balancer-internal", "balancer-carrier-private"],
    },
  ],
  "alarming, and normal before the first certificate": {
    link: "listener",
    states: ["bootstrap", "bootstrap-route-on-https"],
  },
  "a wildcard by HTTP-01": {
    link: "listener",
    code: "GT-LISTENER-WILDCARD",
    states: ["hand-made-wildcard"],
  },
  "hidden back-off": {
    link: "certificate",
    code: "GT-CERTIFICATE-BACKING-OFF",
    states: ["certificate-backing-off"],
  },
  "the staging certificate stays": [
    {
      link: "certificate",
      code: "GT-CERTIFICATE-STAGING",
      states: ["certificate-still-staging"],
    },
    { link: "certificate", states: ["certificate-switching-issuer"] },
    { link: "served-certificate", code: "GT-SERVED-STAGING", states: ["hand-made-staging"] },
  ],
  "a stuck release": { check: "releases", code: "GT-RELEASE-STUCK" },
  "a namespace that is being deleted": {
    check: "namespaces",
    code: "GT-NAMESPACE-TERMINATING",
  },
  "credentials that have expired": {
    link: "delegation",
    code: "GT-AWS-CREDENTIALS-EXPIRED",
    states: ["aws-expired"],
  },
};
