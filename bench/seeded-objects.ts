import { X509Certificate } from "node:crypto";
import type { Issued } from "../test/support/tls.ts";

/** Everything of these is in one namespace, by a GatewayClass that no controller of the lab serves. */
export const EDGE = "edge";
export const EDGE_CLASS = "edge";
const CONTROLLER = "bench.example/edge";
const ISSUER = "gateway-tls-staging";

/** An object to create: its collection's path, itself, and the status that its controller would give it. */
export interface Seed {
  path: string;
  object: { metadata: { name: string } };
  status?: Record<string, unknown>;
}

/** One host of a Gateway, and the certificate that stands in its Secret. */
export interface SeededHost {
  hostname: string;
  gateway: string;
  issued: Issued;
}

const core = `/api/v1/namespaces/${EDGE}`;
const gatewayApi = "/apis/gateway.networking.k8s.io/v1";
const certManager = `/apis/cert-manager.io/v1/namespaces/${EDGE}`;
const at = (name: string) => ({ name, namespace: EDGE });

const condition = (type: string, reason: string) => ({
  type,
  status: "True",
  reason,
  message: reason,
  observedGeneration: 1,
  lastTransitionTime: formatDate(Date.now()),
});

/** The namespace, the GatewayClass, and the Service behind every host. */
export function seedBase(): Seed[] {
  return [
    { path: "/api/v1/namespaces", object: { metadata: { name: EDGE } } },
    {
      path: `${gatewayApi}/gatewayclasses`,
      object: withKind("gateway.networking.k8s.io/v1", "GatewayClass", {
        metadata: { name: EDGE_CLASS },
        spec: { controllerName: CONTROLLER },
      }),
      status: { conditions: [condition("Accepted", "Accepted")] },
    },
    {
      path: `${core}/services`,
      object: withKind("v1", "Service", {
        metadata: at("web"),
        spec: { ports: [{ port: 80, targetPort: 8080 }] },
      }),
    },
    {
      path: `/apis/discovery.k8s.io/v1/namespaces/${EDGE}/endpointslices`,
      object: withKind("discovery.k8s.io/v1", "EndpointSlice", {
        metadata: { ...at("web-1"), labels: { "kubernetes.io/service-name": "web" } },
        addressType: "IPv4",
        ports: [{ port: 8080 }],
        endpoints: [{ addresses: ["10.1.0.1"], conditions: { ready: true } }],
      }),
    },
  ];
}

/** A Gateway with a listener for each of its hosts, and its Service with the address. */
export function seedGateway(name: string, hostnames: readonly string[], address: string): Seed[] {
  const listeners = buildListeners(hostnames);
  const good = [condition("Accepted", "Accepted"), condition("Programmed", "Programmed")];
  const supportedKinds = [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute" }];
  return [
    {
      path: `${gatewayApi}/namespaces/${EDGE}/gateways`,
      object: withKind("gateway.networking.k8s.io/v1", "Gateway", {
        metadata: { ...at(name), annotations: { "cert-manager.io/cluster-issuer": ISSUER } },
        spec: { gatewayClassName: EDGE_CLASS, listeners },
      }),
      status: {
        addresses: [{ type: "IPAddress", value: address }],
        conditions: good,
        listeners: listeners.map((listener) => ({
          name: listener.name,
          attachedRoutes: 1,
          supportedKinds,
          conditions: [...good, condition("ResolvedRefs", "ResolvedRefs")],
        })),
      },
    },
    {
      path: `${core}/services`,
      object: withKind("v1", "Service", {
        metadata: { ...at(name), labels: { "gateway.networking.k8s.io/gateway-name": name } },
        // Another class than the load balancer controller's: it leaves the Service alone.
        spec: { type: "LoadBalancer", loadBalancerClass: CONTROLLER, ports: [{ port: 80 }] },
      }),
      status: { loadBalancer: { ingress: [{ ip: address }] } },
    },
  ];
}

function buildListeners(hostnames: readonly string[]) {
  const allowedRoutes = { namespaces: { from: "Same" } };
  const https = hostnames.map((hostname) => ({
    name: hostname,
    hostname,
    protocol: "HTTPS",
    port: 443,
    tls: { mode: "Terminate", certificateRefs: [{ name: `${hostname}-tls` }] },
    allowedRoutes,
  }));
  return [{ name: "http", protocol: "HTTP", port: 80, allowedRoutes }, ...https];
}

/** Route, Secret and what cert-manager leaves behind when it has issued. */
export function seedHost({ hostname, gateway, issued }: SeededHost): Seed[] {
  return [seedRoute(hostname, gateway), ...seedIssued(hostname, issued)];
}

/** One on both ports; the redirect is the bench's own server's. */
function seedRoute(hostname: string, gateway: string): Seed {
  const parentRefs = [hostname, "http"].map((sectionName) => ({ name: gateway, sectionName }));
  return {
    path: `${gatewayApi}/namespaces/${EDGE}/httproutes`,
    object: withKind("gateway.networking.k8s.io/v1", "HTTPRoute", {
      metadata: at(hostname),
      spec: {
        parentRefs,
        hostnames: [hostname],
        rules: [{ backendRefs: [{ name: "web", port: 80 }] }],
      },
    }),
    status: {
      parents: parentRefs.map((parentRef) => ({
        parentRef,
        controllerName: CONTROLLER,
        conditions: [condition("Accepted", "Accepted"), condition("ResolvedRefs", "ResolvedRefs")],
      })),
    },
  };
}

function seedIssued(hostname: string, issued: Issued): Seed[] {
  const name = `${hostname}-tls`;
  const issuerRef = { group: "cert-manager.io", kind: "ClusterIssuer", name: ISSUER };
  const certificate = toBase64(issued.certificate);
  return [
    {
      path: `${core}/secrets`,
      object: withKind("v1", "Secret", {
        metadata: at(name),
        type: "kubernetes.io/tls",
        data: { "tls.crt": certificate, "tls.key": toBase64(issued.key) },
      }),
    },
    {
      path: `${certManager}/certificates`,
      object: withKind("cert-manager.io/v1", "Certificate", {
        metadata: at(name),
        spec: { dnsNames: [hostname], issuerRef, secretName: name },
      }),
      status: { conditions: [condition("Ready", "Ready")], revision: 1, ...datesOf(issued) },
    },
    ...seedAttempt(hostname, name, { issuerRef, certificate }),
  ];
}

function seedAttempt(
  hostname: string,
  name: string,
  { issuerRef, certificate }: { issuerRef: Record<string, string>; certificate: string },
): Seed[] {
  const annotations = {
    "cert-manager.io/certificate-name": name,
    "cert-manager.io/certificate-revision": "1",
  };
  const spec = { issuerRef, request: certificate };
  const conditions = [condition("Approved", "cert-manager.io"), condition("Ready", "Issued")];
  return [
    {
      path: `${certManager}/certificaterequests`,
      object: withKind("cert-manager.io/v1", "CertificateRequest", {
        metadata: { ...at(`${name}-1`), annotations },
        spec,
      }),
      status: { certificate, conditions },
    },
    {
      path: `/apis/acme.cert-manager.io/v1/namespaces/${EDGE}/orders`,
      object: withKind("acme.cert-manager.io/v1", "Order", {
        metadata: { ...at(`${name}-1-1`), annotations },
        spec: { ...spec, dnsNames: [hostname] },
      }),
      status: { state: "valid", certificate },
    },
  ];
}

const toBase64 = (text: string): string => Buffer.from(text).toString("base64");

/** As cert-manager copies them from the certificate; it renews after two thirds of the time. */
function datesOf({ certificate }: Issued): Record<string, string> {
  const { validFrom, validTo } = new X509Certificate(certificate);
  const from = Date.parse(validFrom);
  const to = Date.parse(validTo);
  return {
    notBefore: formatDate(from),
    notAfter: formatDate(to),
    renewalTime: formatDate(from + ((to - from) * 2) / 3),
  };
}

const formatDate = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

function withKind<T extends { metadata: { name: string } }>(
  apiVersion: string,
  kind: string,
  object: T,
): T & { apiVersion: string; kind: string } {
  return { apiVersion, kind, ...object };
}
