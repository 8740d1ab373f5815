import type { KubernetesObject } from "../../../ports/kubernetes.ts";
import { setConditions } from "../../conditions.ts";
import type { Simulation } from "../../simulation.ts";

/** NGF version -> the Gateway API version that it was built with (its compatibility table). */
const builtWith = (ngf: string): string => (ngf.startsWith("1.") ? "1.1.0" : "1.5.1");

const BUNDLE_VERSION = "gateway.networking.k8s.io/bundle-version";

/** Accepted, and whether the Gateway API's CRDs are of a version that it supports. */
export function reportGatewayClass(
  simulation: Simulation,
  gatewayClass: KubernetesObject,
  version: string,
): KubernetesObject {
  const wanted = builtWith(version);
  const crd = simulation.store.findKind(
    "CustomResourceDefinition",
    "gateways.gateway.networking.k8s.io",
  );
  const found = (crd?.metadata.annotations?.[BUNDLE_VERSION] ?? "").replace(/^v/, "");
  const [major, minor] = found.split(".");
  const [wantedMajor, wantedMinor] = wanted.split(".");
  if (major !== wantedMajor) {
    const message = `The Gateway API CRD versions are not supported. Please install version v${wanted}`;
    const reason = "UnsupportedVersion";
    return setConditions(simulation, gatewayClass, [
      { type: "Accepted", status: "False", reason, message },
      { type: "SupportedVersion", status: "False", reason, message },
    ]);
  }
  const same = minor === wantedMinor;
  return setConditions(simulation, gatewayClass, [
    {
      type: "Accepted",
      status: "True",
      reason: "Accepted",
      message: "The GatewayClass is accepted",
    },
    {
      type: "SupportedVersion",
      status: same ? "True" : "False",
      reason: same ? "SupportedVersion" : "UnsupportedVersion",
      message: same
        ? "The Gateway API CRD versions are supported"
        : `The Gateway API CRD versions are not recommended. Recommended version is v${wanted}`,
    },
  ]);
}
