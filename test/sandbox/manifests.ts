import type { KubernetesObject } from "../../src/ports/kubernetes.ts";

export const HOST = "www.example.com";

export const labels = { "app.kubernetes.io/managed-by": "gateway-tls" };

export const namespace = (name: string): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});

export function issuer(name: string, server: string): KubernetesObject {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name, labels },
    spec: {
      acme: {
        server,
        email: "ops@example.com",
        privateKeySecretRef: { name },
        solvers: [
          {
            selector: { dnsZones: ["example.com"] },
            http01: {
              gatewayHTTPRoute: {
                parentRefs: [
                  {
                    name: "gateway",
                    namespace: "gateway-tls",
                    kind: "Gateway",
                    sectionName: "http",
                  },
                ],
              },
            },
          },
        ],
      },
    },
  };
}

export const STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory";
export const PRODUCTION = "https://acme-v02.api.letsencrypt.org/directory";

export function gateway(options: { https?: boolean; issuer?: string } = {}): KubernetesObject {
  const from = (...names: string[]) => ({
    namespaces: {
      from: "Selector",
      selector: {
        matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: names }],
      },
    },
  });
  const https = {
    name: "https-www",
    port: 443,
    protocol: "HTTPS",
    hostname: HOST,
    tls: { mode: "Terminate", certificateRefs: [{ name: "www-tls" }] },
    allowedRoutes: from("shop"),
  };
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: {
      name: "gateway",
      namespace: "gateway-tls",
      labels,
      ...(options.issuer === undefined
        ? {}
        : { annotations: { "cert-manager.io/cluster-issuer": options.issuer } }),
    },
    spec: {
      gatewayClassName: "nginx",
      infrastructure: {
        annotations: {
          "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing",
        },
      },
      listeners: [
        { name: "http", port: 80, protocol: "HTTP", allowedRoutes: from("gateway-tls", "shop") },
        ...(options.https === true ? [https] : []),
      ],
    },
  };
}

export function route(sections: string[], name = "www"): KubernetesObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name, namespace: "shop", labels },
    spec: {
      parentRefs: sections.map((sectionName) => ({
        name: "gateway",
        namespace: "gateway-tls",
        sectionName,
      })),
      hostnames: [HOST],
      rules: [{ backendRefs: [{ name: "web", port: 80 }] }],
    },
  };
}
