import type { KubernetesObject } from "../../../ports/kubernetes.ts";
import type { NewCondition } from "../../conditions.ts";
import { at, type Fields, fields, list, text } from "../../fields.ts";
import type { Simulation } from "../../simulation.ts";

/** `conditions` are those of the listener's status; routes attach to a `valid` one only. */
export interface ListenerVerdict {
  listener: Fields;
  name: string;
  valid: boolean;
  conditions: NewCondition[];
}

/** What each listener of a Gateway is worth, in NGF 2.6's words. */
export function judgeListeners(
  simulation: Simulation,
  gateway: KubernetesObject,
): ListenerVerdict[] {
  const listeners = list(at(gateway, "spec", "listeners"));
  return listeners.map((listener) => {
    const name = text(listener["name"]);
    const conflict = findConflict(listener, listeners);
    if (conflict !== undefined) return conflicted(listener, name, conflict);
    const missing = missingSecret(simulation, gateway, listener);
    if (missing !== undefined) return withoutCertificate(listener, name, missing);
    return { listener, name, valid: true, conditions: goodConditions() };
  });
}

function findConflict(listener: Fields, all: readonly Fields[]): string | undefined {
  const twin = all.find(
    (other) =>
      other !== listener &&
      other["port"] === listener["port"] &&
      text(other["hostname"]) === text(listener["hostname"]),
  );
  if (twin === undefined) return undefined;
  return twin["protocol"] === listener["protocol"] ? "HostnameConflict" : "ProtocolConflict";
}

/** The Secret that a terminating listener names and that is not there, as `namespace/name`. */
function missingSecret(
  simulation: Simulation,
  gateway: KubernetesObject,
  listener: Fields,
): string | undefined {
  if (listener["protocol"] !== "HTTPS" && listener["protocol"] !== "TLS") return undefined;
  for (const ref of list(at(listener, "tls", "certificateRefs"))) {
    const namespace = text(ref["namespace"]) || (gateway.metadata.namespace ?? "");
    const secret = simulation.store.findKind("Secret", text(ref["name"]), namespace);
    const complete = text(fields(secret?.["data"])["tls.crt"]) !== "";
    if (!complete) return `${namespace}/${text(ref["name"])}`;
  }
  return undefined;
}

function withoutCertificate(listener: Fields, name: string, secret: string): ListenerVerdict {
  const reason = "InvalidCertificateRef";
  const message = `tls.certificateRefs[0]: Invalid value: ${JSON.stringify(secret)}: secret does not exist`;
  return {
    listener,
    name,
    valid: false,
    conditions: [
      { type: "Accepted", status: "False", reason, message },
      { type: "Programmed", status: "False", reason: "Invalid", message },
      { type: "ResolvedRefs", status: "False", reason, message },
      noConflicts(),
    ],
  };
}

function conflicted(listener: Fields, name: string, reason: string): ListenerVerdict {
  const message =
    reason === "HostnameConflict"
      ? "HTTPS and TLS listeners for the same port specify overlapping hostnames; ensure no overlapping hostnames for HTTPS and TLS listeners for the same port"
      : "Multiple listeners for the same port specify incompatible protocols; ensure only one protocol per port";
  return {
    listener,
    name,
    valid: false,
    conditions: [
      { type: "Accepted", status: "False", reason, message },
      { type: "Programmed", status: "False", reason: "Invalid", message },
      {
        type: "ResolvedRefs",
        status: "True",
        reason: "ResolvedRefs",
        message: "All references are resolved",
      },
      { type: "Conflicted", status: "True", reason, message },
    ],
  };
}

function goodConditions(): NewCondition[] {
  return [
    { type: "Accepted", status: "True", reason: "Accepted", message: "The Listener is accepted" },
    {
      type: "Programmed",
      status: "True",
      reason: "Programmed",
      message: "The Listener is programmed",
    },
    {
      type: "ResolvedRefs",
      status: "True",
      reason: "ResolvedRefs",
      message: "All references are resolved",
    },
    noConflicts(),
  ];
}

function noConflicts(): NewCondition {
  return { type: "Conflicted", status: "False", reason: "NoConflicts", message: "No conflicts" };
}
