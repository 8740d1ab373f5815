/** Where one kind of trouble is seen: by a link of status, in these states, or by a check before. */
export type TroubleRow =
  | { link: string; code: string; states: readonly string[] }
  /** What waits or warns has a state, and no code. */
  | { link: string; states: readonly string[] }
  | { check: string; code: string };

/** What goes wrong for people, by the part where it does. */
export const troubles: Record<string, TroubleRow | readonly TroubleRow[]> = {
  // The challenge
  "the challenge's path answers 404": {
    link: "challenge",
    code: "GT-CHALLENGE-WRONG-ANSWER",
    states: ["challenge-404", "challenge-no-solver-route"],
  },
  "the solver's pod does not start": {
    link: "challenge",
    code: "GT-SOLVER-NOT-READY",
    states: ["challenge-solver-not-ready", "challenge-solver-absent"],
  },
  "the solver's route is refused": {
    link: "challenge",
    code: "GT-SOLVER-ROUTE-REFUSED",
    states: ["challenge-route-refused", "challenge-on-listener-set"],
  },
  "it works from outside and not from inside": {
    link: "challenge",
    code: "GT-CHALLENGE-HAIRPIN",
    states: ["challenge-hairpin"],
  },
  "a redirect swallows the challenge": {
    link: "challenge",
    code: "GT-REDIRECT-BREAKS-CHALLENGE",
    states: ["challenge-redirected"],
  },
  "two parentRefs of one Gateway": {
    link: "challenge",
    code: "GT-SOLVER-NOT-PRESENTED",
    states: ["challenge-duplicate-parents", "challenge-gateway-api-off"],
  },
  "a challenge held by its finalizer": {
    link: "challenge",
    code: "GT-OBJECT-DELETING",
    states: ["challenge-deleting"],
  },
  // The CA
  "the CA does not get through": {
    link: "challenge",
    code: "GT-ACME-UNREACHABLE",
    states: ["challenge-firewall"],
  },
  "one of the CA's places is shut out": {
    link: "challenge",
    code: "GT-ACME-SECONDARY",
    states: ["challenge-geo-blocked"],
  },
  "the CA does not find the name": {
    link: "challenge",
    code: "GT-ACME-DNS",
    states: ["challenge-nxdomain"],
  },
  "the CA's limits": {
    link: "order",
    code: "GT-ACME-RATE-LIMITED",
    states: ["order-rate-limited", "order-failed-authorizations", "certificate-renewal-fails"],
  },
  "a name that the CA never serves": {
    link: "order",
    code: "GT-ACME-FORBIDDEN",
    states: ["order-forbidden-name"],
  },
  "an address that the CA does not take": {
    link: "issuer",
    code: "GT-ACME-EMAIL",
    states: ["issuer-email", "hand-made-local-issuer-refused"],
  },
  "a CAA record": [
    { link: "caa", code: "GT-CAA-FORBIDS", states: ["caa-forbids"] },
    { link: "challenge", code: "GT-CAA-FORBIDS", states: ["challenge-caa"] },
    { check: "caa", code: "GT-CAA-FORBIDS" },
  ],
  // DNS
  "asked before the name was there": [
    { link: "record", code: "GT-DNS-NEGATIVE-CACHE", states: ["record-cached-as-missing"] },
    { link: "challenge", states: ["challenge-no-such-host"] },
  ],
  "a zone that nobody delegates to": [
    {
      link: "delegation",
      code: "GT-ZONE-NOT-DELEGATED",
      states: ["zone-undelegated", "zone-parked", "zone-mixed"],
    },
    { check: "delegation", code: "GT-ZONE-NOT-DELEGATED" },
  ],
  "broken DNSSEC": [
    { link: "delegation", code: "GT-ZONE-DNSSEC", states: ["zone-dnssec"] },
    { link: "challenge", code: "GT-ZONE-DNSSEC", states: ["challenge-servfail"] },
    { check: "dnssec", code: "GT-ZONE-DNSSEC" },
  ],
  "two zones of one name": [
    { link: "delegation", code: "GT-ZONE-TWINS", states: ["zone-twin"] },
    { check: "zone", code: "GT-ZONE-TWINS" },
  ],
  "a record of somebody else": [
    { link: "record", code: "GT-RECORD-FOREIGN", states: ["record-of-another", "record-by-hand"] },
    { link: "external-dns-identity", code: "GT-RECORD-FOREIGN", states: ["record-in-the-way"] },
    { check: "records", code: "GT-RECORD-FOREIGN" },
  ],
  // ExternalDNS
  "ExternalDNS passes over the route and says nothing": [
    { link: "external-dns-scope", code: "GT-EXTERNAL-DNS-SOURCE", states: ["scope-no-routes"] },
    {
      link: "external-dns-scope",
      code: "GT-EXTERNAL-DNS-FILTER",
      states: ["scope-domain", "scope-gateway", "scope-labels", "scope-zone"],
    },
    {
      link: "route",
      code: "GT-ROUTE-WAITS-FOR-CERTIFICATE",
      states: ["route-waits-for-certificate"],
    },
    { link: "record", code: "GT-RECORD-NOT-WRITTEN", states: ["record-never"] },
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
    { link: "crds", code: "GT-CRDS-UNSUPPORTED", states: ["crds-other-minor"] },
    {
      link: "gateway-class",
      code: "GT-CRDS-UNSUPPORTED",
      states: ["class-unsupported", "class-best-effort"],
    },
    { check: "gateway-api-crds", code: "GT-CRDS-FOREIGN" },
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
      states: ["balancer-no-subnet", "balancer-never", "balancer-gone"],
    },
    {
      link: "load-balancer",
      code: "GT-LOAD-BALANCER-CONTROLLER",
      states: ["balancer-without-controller"],
    },
    { link: "load-balancer", code: "GT-LOAD-BALANCER-INTERNAL", states: ["balancer-internal"] },
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
