import * as v from "valibot";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { conditions } from "./condition.ts";
import { type Parsed, reader } from "./reader.ts";
import { list, maybeBoolean, maybeNumber, maybeText, part, text, textMap } from "./schema.ts";

export {
  describeCondition,
  findCondition,
  isCurrent,
  isTrue,
  type Condition,
} from "./condition.ts";
export { findLastChange, type Meta } from "./reader.ts";

const reference = v.object({
  group: maybeText,
  kind: maybeText,
  namespace: maybeText,
  name: text,
  sectionName: maybeText,
  port: maybeNumber,
  weight: maybeNumber,
});

const gatewaySchema = v.object({
  spec: part({
    gatewayClassName: text,
    listeners: list(
      v.object({
        name: text,
        hostname: maybeText,
        port: maybeNumber,
        protocol: text,
        tls: part({ mode: maybeText, certificateRefs: list(reference) }),
      }),
    ),
    infrastructure: part({ annotations: textMap }),
  }),
  status: part({
    addresses: list(v.object({ type: maybeText, value: text })),
    conditions,
    listeners: list(
      v.object({
        name: text,
        attachedRoutes: maybeNumber,
        conditions,
      }),
    ),
  }),
});
export type Gateway = Parsed<typeof gatewaySchema>;
export const parseGateway = reader(gatewaySchema);

const gatewayClassSchema = v.object({
  spec: part({ controllerName: text }),
  status: part({ conditions }),
});
export type GatewayClass = Parsed<typeof gatewayClassSchema>;
export const parseGatewayClass = reader(gatewayClassSchema);

const routeStatus = part({
  parents: list(v.object({ parentRef: reference, controllerName: text, conditions })),
});

const routeSchema = v.object({
  spec: part({ hostnames: list(v.string()), parentRefs: list(reference) }),
  status: routeStatus,
});
/** What an HTTPRoute and a GRPCRoute both have. */
export const parseRoute = reader(routeSchema);

const httpRouteSchema = v.object({
  spec: part({
    hostnames: list(v.string()),
    parentRefs: list(reference),
    rules: list(
      v.object({
        matches: list(v.object({ path: part({ type: maybeText, value: maybeText }) })),
        filters: list(v.object({ type: text })),
        backendRefs: list(reference),
      }),
    ),
  }),
  status: routeStatus,
});
export type HttpRoute = Parsed<typeof httpRouteSchema>;
export const parseHttpRoute = reader(httpRouteSchema);

const issuerRef = part({ name: text, kind: maybeText, group: maybeText });

const certificateSchema = v.object({
  spec: part({ secretName: text, dnsNames: list(v.string()), issuerRef }),
  status: part({
    conditions,
    notBefore: maybeText,
    notAfter: maybeText,
    renewalTime: maybeText,
    revision: maybeNumber,
    lastFailureTime: maybeText,
    failedIssuanceAttempts: maybeNumber,
    nextPrivateKeySecretName: maybeText,
  }),
});
export type Certificate = Parsed<typeof certificateSchema>;
export const parseCertificate = reader(certificateSchema);

const certificateRequestSchema = v.object({
  spec: part({ issuerRef }),
  status: part({ conditions, failureTime: maybeText }),
});
export type CertificateRequest = Parsed<typeof certificateRequestSchema>;
export const parseCertificateRequest = reader(certificateRequestSchema);

const orderSchema = v.object({
  spec: part({ dnsNames: list(v.string()), issuerRef }),
  status: part({ state: text, reason: text, url: text, failureTime: maybeText }),
});
/** ACME states: "", pending, ready, processing, valid, invalid, expired, errored. */
export type Order = Parsed<typeof orderSchema>;
export const parseOrder = reader(orderSchema);

const challengeSchema = v.object({
  spec: part({ dnsName: text, type: text, token: text, issuerRef }),
  status: part({ state: text, reason: text, presented: maybeBoolean, processing: maybeBoolean }),
});
export type Challenge = Parsed<typeof challengeSchema>;
export const parseChallenge = reader(challengeSchema);

const clusterIssuerSchema = v.object({
  spec: part({ acme: part({ server: text, email: text }) }),
  status: part({ conditions, acme: part({ uri: text, lastRegisteredEmail: text }) }),
});
export type ClusterIssuer = Parsed<typeof clusterIssuerSchema>;
export const parseClusterIssuer = reader(clusterIssuerSchema);

const container = v.object({
  name: text,
  image: text,
  command: list(v.string()),
  args: list(v.string()),
  env: list(v.object({ name: text, value: maybeText })),
});
const deploymentSchema = v.object({
  spec: part({
    replicas: maybeNumber,
    template: part({
      spec: part({
        serviceAccountName: maybeText,
        containers: list(container),
        volumes: list(v.object({ name: text, configMap: part({ name: maybeText }) })),
      }),
    }),
  }),
  status: part({
    conditions,
    observedGeneration: maybeNumber,
    replicas: maybeNumber,
    readyReplicas: maybeNumber,
    updatedReplicas: maybeNumber,
    availableReplicas: maybeNumber,
  }),
});
export type Deployment = Parsed<typeof deploymentSchema>;
export const parseDeployment = reader(deploymentSchema);

const serviceSchema = v.object({
  spec: part({
    type: maybeText,
    loadBalancerClass: maybeText,
    ports: list(v.object({ name: maybeText, port: maybeNumber, protocol: maybeText })),
  }),
  status: part({
    loadBalancer: part({ ingress: list(v.object({ hostname: maybeText, ip: maybeText })) }),
  }),
});
export type Service = Parsed<typeof serviceSchema>;
export const parseService = reader(serviceSchema);

/** Host names and addresses that a load balancer gave to the Service. */
export function findServiceIngress(service: KubernetesObject): string[] {
  const { ingress } = parseService(service).status.loadBalancer;
  return ingress.flatMap(({ hostname, ip }) => hostname ?? ip ?? []);
}

const endpointSliceSchema = v.object({
  endpoints: list(
    v.object({ addresses: list(v.string()), conditions: part({ ready: maybeBoolean }) }),
  ),
  ports: list(v.object({ name: maybeText, port: maybeNumber })),
});
export type EndpointSlice = Parsed<typeof endpointSliceSchema>;
export const parseEndpointSlice = reader(endpointSliceSchema);

const secretSchema = v.object({ type: maybeText, data: textMap });
/** `data` is base64; never print it. */
export type Secret = Parsed<typeof secretSchema>;
export const parseSecret = reader(secretSchema);

const configMapSchema = v.object({ data: textMap });
export type ConfigMap = Parsed<typeof configMapSchema>;
export const parseConfigMap = reader(configMapSchema);

const namespaceSchema = v.object({ status: part({ phase: text }) });
export type Namespace = Parsed<typeof namespaceSchema>;
export const parseNamespace = reader(namespaceSchema);

const eventSchema = v.object({
  type: text,
  reason: text,
  message: text,
  count: maybeNumber,
  firstTimestamp: maybeText,
  lastTimestamp: maybeText,
  eventTime: maybeText,
  involvedObject: part({ kind: text, name: text, namespace: maybeText, uid: maybeText }),
});
export type Event = Parsed<typeof eventSchema>;
export const parseEvent = reader(eventSchema);

const crdSchema = v.object({
  spec: part({
    group: text,
    versions: list(v.object({ name: text, served: maybeBoolean, storage: maybeBoolean })),
  }),
  status: part({ conditions }),
});
export type CustomResourceDefinition = Parsed<typeof crdSchema>;
export const parseCustomResourceDefinition = reader(crdSchema);
