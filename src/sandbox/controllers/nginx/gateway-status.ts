import type { KubernetesObject } from "../../../ports/kubernetes.ts";
import { conditions, type NewCondition, setConditions } from "../../conditions.ts";
import { at, list, text } from "../../fields.ts";
import type { Simulation } from "../../simulation.ts";
import type { ListenerVerdict } from "./listeners.ts";

const GROUP = "gateway.networking.k8s.io";

/** Writes a Gateway's status: its conditions, its addresses, and one entry per listener. */
export function reportGateway(
  simulation: Simulation,
  gateway: KubernetesObject,
  seen: {
    verdicts: readonly ListenerVerdict[];
    /** Attached routes by listener name. */
    routes: ReadonlyMap<string, number>;
    service: KubernetesObject | undefined;
  },
): void {
  const { generation } = gateway.metadata;
  const before = list(at(gateway, "status", "listeners"));
  const listeners = seen.verdicts.map(({ listener, name, conditions: wanted }) => {
    const old = list(before.find((one) => one["name"] === name)?.["conditions"]);
    const kinds = listener["protocol"] === "TLS" ? ["TLSRoute"] : ["HTTPRoute", "GRPCRoute"];
    return {
      name,
      attachedRoutes: seen.routes.get(name) ?? 0,
      supportedKinds: kinds.map((kind) => ({ group: GROUP, kind })),
      conditions: conditions(simulation, old, wanted, generation),
    };
  });
  const addresses = addressesOf(seen.service);
  setConditions(simulation, gateway, gatewayConditions(seen.verdicts), {
    listeners,
    ...(addresses.length === 0 ? {} : { addresses }),
  });
}

function addressesOf(service: KubernetesObject | undefined): { type: string; value: string }[] {
  if (service === undefined) return [];
  if (at(service, "spec", "type") !== "LoadBalancer") {
    const value = text(at(service, "spec", "clusterIP"));
    return value === "" ? [] : [{ type: "IPAddress", value }];
  }
  return list(at(service, "status", "loadBalancer", "ingress")).map(({ hostname }) => ({
    type: "Hostname",
    value: text(hostname),
  }));
}

function gatewayConditions(verdicts: readonly ListenerVerdict[]): NewCondition[] {
  const valid = verdicts.filter((verdict) => verdict.valid).length;
  if (valid === 0) {
    const message = "The Gateway has no valid listeners";
    return [
      { type: "Accepted", status: "False", reason: "ListenersNotValid", message },
      { type: "Programmed", status: "False", reason: "Invalid", message },
    ];
  }
  const all = valid === verdicts.length;
  return [
    {
      type: "Accepted",
      status: "True",
      reason: all ? "Accepted" : "ListenersNotValid",
      message: all ? "The Gateway is accepted" : "The Gateway has at least one valid listener",
    },
    {
      type: "Programmed",
      status: "True",
      reason: "Programmed",
      message: "The Gateway is programmed",
    },
  ];
}
