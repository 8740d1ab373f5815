import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, type Fields, list, text } from "../../../src/sandbox/fields.ts";
import { bad, type Condition, good } from "./conditions.ts";
import type { GatewayWorld } from "./world.ts";

export interface ListenerVerdict {
  listener: Fields;
  name: string;
  valid: boolean;
  conditions: Condition[];
}

const noConflicts = bad("Conflicted", "NoConflicts", "No conflicts");
const resolved = good("ResolvedRefs", "ResolvedRefs", "All references are resolved");

/** What each listener is worth, in the words of NGINX Gateway Fabric 2.6. */
export function judgeListeners(world: GatewayWorld, gateway: KubernetesObject): ListenerVerdict[] {
  const listeners = list(at(gateway, "spec", "listeners"));
  return listeners.map((listener) => {
    const name = text(listener["name"]);
    const conflict = findConflict(listener, listeners);
    if (conflict !== undefined) {
      return { listener, name, valid: false, conditions: conflicted(conflict) };
    }
    const missing = isTls(listener) ? findMissingSecret(world, gateway, listener) : undefined;
    if (missing !== undefined) {
      return { listener, name, valid: false, conditions: withoutCertificate(missing) };
    }
    const conditions = [
      good("Accepted", "Accepted", "The Listener is accepted"),
      good("Programmed", "Programmed", "The Listener is programmed"),
      resolved,
      noConflicts,
    ];
    return { listener, name, valid: true, conditions };
  });
}

const isTls = ({ protocol }: Fields): boolean => protocol === "HTTPS" || protocol === "TLS";

function findConflict(listener: Fields, all: readonly Fields[]): string | undefined {
  const twin = all.find(
    (other) =>
      other !== listener &&
      other["port"] === listener["port"] &&
      (text(other["hostname"]) === text(listener["hostname"]) ||
        other["protocol"] !== listener["protocol"]),
  );
  if (twin === undefined) return undefined;
  return twin["protocol"] === listener["protocol"] ? "HostnameConflict" : "ProtocolConflict";
}

function findMissingSecret(
  world: GatewayWorld,
  gateway: KubernetesObject,
  listener: Fields,
): string | undefined {
  const { name, secret } = world.findSecret(gateway, listener);
  return secret === undefined ? name : undefined;
}

function withoutCertificate(secret: string): Condition[] {
  const message = `tls.certificateRefs[0]: Invalid value: ${JSON.stringify(secret)}: secret does not exist`;
  const reason = "InvalidCertificateRef";
  return [
    bad("Accepted", reason, message),
    bad("Programmed", "Invalid", message),
    bad("ResolvedRefs", reason, message),
    noConflicts,
  ];
}

function conflicted(reason: string): Condition[] {
  const message =
    reason === "HostnameConflict"
      ? "HTTPS and TLS listeners for the same port specify overlapping hostnames; ensure no overlapping hostnames for HTTPS and TLS listeners for the same port"
      : "Multiple listeners for the same port specify incompatible protocols; ensure only one protocol per port";
  return [
    bad("Accepted", reason, message),
    bad("Programmed", "Invalid", message),
    resolved,
    good("Conflicted", reason, message),
  ];
}

/** What the Gateway is worth by its listeners. */
export function gatewayConditions(verdicts: readonly ListenerVerdict[]): Condition[] {
  const valid = verdicts.filter((verdict) => verdict.valid).length;
  if (valid === 0) {
    const message = "The Gateway has no valid listeners";
    return [bad("Accepted", "ListenersNotValid", message), bad("Programmed", "Invalid", message)];
  }
  const accepted =
    valid === verdicts.length
      ? good("Accepted", "Accepted", "The Gateway is accepted")
      : good("Accepted", "ListenersNotValid", "The Gateway has at least one valid listener");
  return [accepted, good("Programmed", "Programmed", "The Gateway is programmed")];
}
