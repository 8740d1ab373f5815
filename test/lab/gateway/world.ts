import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, type Fields, list, strings, text } from "../../../src/sandbox/fields.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { Mirror } from "../kubernetes/mirror.ts";

const API = "/apis/gateway.networking.k8s.io/v1";

/** Of the version that is installed. */
const GATEWAY_CRD =
  "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?fieldSelector=metadata.name%3Dgateways.gateway.networking.k8s.io";

/** Everything that the gateway looks at, kept in step. */
export class GatewayWorld {
  readonly crds: Mirror;
  readonly classes: Mirror;
  readonly gateways: Mirror;
  readonly routes: Mirror;
  /** The NginxProxies: what the chart was told about the data planes. */
  readonly proxies: Mirror;
  readonly services: Mirror;
  readonly pods: Mirror;
  readonly secrets: Mirror;
  readonly namespaces: Mirror;

  constructor(client: ApiClient, onChange: () => void) {
    const mirror = (path: string) => new Mirror(client, path, onChange);
    this.crds = mirror(GATEWAY_CRD);
    this.classes = mirror(`${API}/gatewayclasses`);
    this.gateways = mirror(`${API}/gateways`);
    this.routes = mirror(`${API}/httproutes`);
    this.proxies = mirror("/apis/gateway.nginx.org/v1alpha2/nginxproxies");
    this.services = mirror("/api/v1/services");
    this.pods = mirror("/api/v1/pods");
    this.secrets = mirror("/api/v1/secrets?fieldSelector=type%3Dkubernetes.io%2Ftls");
    this.namespaces = mirror("/api/v1/namespaces");
  }

  /** The ready pods behind a Service. */
  podsOf(service: KubernetesObject): KubernetesObject[] {
    const selector = Object.entries(at(service, "spec", "selector") ?? {});
    if (selector.length === 0) return [];
    return this.pods
      .all(service.metadata.namespace)
      .filter(({ metadata }) => selector.every(([key, value]) => metadata.labels?.[key] === value))
      .filter((pod) =>
        list(at(pod, "status", "conditions")).some(
          ({ type, status }) => type === "Ready" && status === "True",
        ),
      );
  }

  /** The Service that a backendRef names, and whether it has the port. */
  findBackend(
    route: KubernetesObject,
    ref: Fields | undefined,
  ): { service: KubernetesObject | undefined; hasPort: boolean } {
    const namespace = text(ref?.["namespace"]) || route.metadata.namespace;
    const service = this.services.find(text(ref?.["name"]), namespace);
    const ports = list(at(service, "spec", "ports"));
    return { service, hasPort: ports.some(({ port }) => port === ref?.["port"]) };
  }

  /** The TLS Secret that a listener names, when it is complete. */
  findSecret(
    gateway: KubernetesObject,
    listener: unknown,
  ): { name: string; secret?: KubernetesObject } {
    const [ref] = list(at(listener, "tls", "certificateRefs"));
    const namespace = text(ref?.["namespace"]) || (gateway.metadata.namespace ?? "");
    const name = text(ref?.["name"]);
    const secret = this.secrets.find(name, namespace);
    const isComplete = text(at(secret, "data", "tls.crt")) !== "";
    return {
      name: `${namespace}/${name}`,
      ...(secret !== undefined && isComplete ? { secret } : {}),
    };
  }

  /** When everything has been read once; never, where something may not be read. */
  async filled(): Promise<void> {
    await Promise.all(this.#mirrors().map((mirror) => mirror.filled));
  }

  stop(): void {
    for (const mirror of this.#mirrors()) mirror.stop();
  }

  #mirrors(): Mirror[] {
    return Object.values(this).filter((one) => one instanceof Mirror);
  }
}

/** Whether a listener's or route's hostname (maybe `*.x`) covers a host. */
export function coversHost(pattern: string, host: string): boolean {
  if (pattern === "" || pattern === host) return true;
  return pattern.startsWith("*.") && host.endsWith(pattern.slice(1));
}

export function sharesHost(listener: string, hostnames: readonly string[]): boolean {
  if (listener === "" || hostnames.length === 0) return true;
  return hostnames.some((host) => coversHost(listener, host) || coversHost(host, listener));
}

export function hostnamesOf(route: KubernetesObject): string[] {
  return strings(at(route, "spec", "hostnames"));
}

/** Whether a route's parentRef means this Gateway. */
export function isAbout(ref: unknown, route: KubernetesObject, gateway: KubernetesObject): boolean {
  const namespace = text(at(ref, "namespace")) || route.metadata.namespace;
  return at(ref, "name") === gateway.metadata.name && namespace === gateway.metadata.namespace;
}
