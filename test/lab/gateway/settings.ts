import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, fields, list, strings, text } from "../../../src/sandbox/fields.ts";
import type { GatewayWorld } from "./world.ts";

/** What a pod of the control plane was started with. */
export interface ControlPlaneSettings {
  controllerName: string;
  className: string;
  instance: string;
}

/** How the Service of a data plane is to be; `null` for what it is to be without. */
export interface ServiceSettings {
  /** Stays as it was made. */
  fixed: Record<string, unknown>;
  changeable: Record<string, unknown>;
}

/** From its arguments, as the chart's templates/deployment.yaml gives them. */
export function readSettings(pod: KubernetesObject): ControlPlaneSettings {
  const [container] = list(at(pod, "spec", "containers"));
  const args = strings(container?.["args"]);
  const flag = (name: string): string =>
    args.find((one) => one.startsWith(`--${name}=`))?.slice(name.length + 3) ?? "";
  return {
    controllerName: flag("gateway-ctlr-name"),
    className: flag("gatewayclass"),
    instance: pod.metadata.labels?.["app.kubernetes.io/instance"] ?? "",
  };
}

/**
 * From the NginxProxy that the GatewayClass names, into which the chart writes `nginx.service`;
 * `undefined` while that one is not there.
 */
export function findServiceSettings(
  world: GatewayWorld,
  { className }: ControlPlaneSettings,
): ServiceSettings | undefined {
  const ref = at(world.classes.find(className), "spec", "parametersRef");
  const proxy = world.proxies.find(text(at(ref, "name")), text(at(ref, "namespace")));
  if (ref !== undefined && proxy === undefined) return undefined;
  const service = fields(at(proxy, "spec", "kubernetes", "service"));
  const type = text(service["type"]) || "LoadBalancer";
  const loadBalancerClass = text(service["loadBalancerClass"]);
  const ranges = strings(service["loadBalancerSourceRanges"]);
  const policy = text(service["externalTrafficPolicy"]) || "Local";
  return {
    fixed: { type, ...(loadBalancerClass === "" ? {} : { loadBalancerClass }) },
    changeable: {
      // The API server refuses it where nobody comes from outside.
      ...(type === "ClusterIP" ? {} : { externalTrafficPolicy: policy }),
      loadBalancerIP: text(service["loadBalancerIP"]) || null,
      loadBalancerSourceRanges: ranges.length === 0 ? null : ranges,
    },
  };
}

/** The Gateways that a control plane with these settings serves. */
export function findServed(
  world: GatewayWorld,
  { className, controllerName }: ControlPlaneSettings,
): KubernetesObject[] {
  const gatewayClass = world.classes.find(className);
  if (at(gatewayClass, "spec", "controllerName") !== controllerName) return [];
  return world.gateways
    .all()
    .filter((gateway) => at(gateway, "spec", "gatewayClassName") === className)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}
