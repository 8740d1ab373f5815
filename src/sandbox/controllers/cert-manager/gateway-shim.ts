import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "../../../ports/kubernetes.ts";
import { at, type Fields, fields, list, text } from "../../fields.ts";
import type { Simulation } from "../../simulation.ts";

const CLUSTER_ISSUER = "cert-manager.io/cluster-issuer";
const FROM = "cert-manager-gateway-shim";

/** One Certificate per Secret that an annotated Gateway's listeners name. */
export function gatewayShim(simulation: Simulation, minor: number): void {
  for (const gateway of simulation.store.all("Gateway")) {
    const issuer = gateway.metadata.annotations?.[CLUSTER_ISSUER];
    const wanted =
      issuer === undefined ? new Map<string, string[]>() : secretsOf(simulation, gateway);
    for (const [secret, dnsNames] of wanted) {
      ensureCertificate(simulation, gateway, {
        secret,
        dnsNames,
        issuer: issuer ?? "",
        minor,
      });
    }
    // Without the annotation a Gateway's Certificates stay as they are.
    if (issuer !== undefined) removeUnwanted(simulation, gateway, new Set(wanted.keys()));
  }
}

/** Secret name -> DNS names in listener order; listeners that do not qualify are told in Events. */
function secretsOf(simulation: Simulation, gateway: KubernetesObject): Map<string, string[]> {
  const secrets = new Map<string, string[]>();
  for (const [index, listener] of list(at(gateway, "spec", "listeners")).entries()) {
    const { protocol } = listener;
    if (protocol !== "HTTPS" && protocol !== "TLS") continue;
    if (at(listener, "tls", "mode") === "Passthrough") continue;
    const problem = problemOf(listener, gateway);
    if (problem !== undefined) {
      tellBadConfig(simulation, gateway, `spec.listeners[${index}]${problem}`);
      continue;
    }
    for (const ref of list(at(listener, "tls", "certificateRefs"))) {
      const name = text(ref["name"]);
      secrets.set(name, [...(secrets.get(name) ?? []), text(listener["hostname"])]);
    }
  }
  return secrets;
}

function problemOf(listener: Fields, gateway: KubernetesObject): string | undefined {
  if (text(listener["hostname"]) === "") {
    return ".hostname: Required value: the hostname cannot be empty";
  }
  const refs = list(at(listener, "tls", "certificateRefs"));
  if (refs.length === 0)
    return ".tls.certificateRef: Required value: listener has no certificateRefs";
  const { namespace } = gateway.metadata;
  const foreign = refs.some((ref) => (text(ref["namespace"]) || namespace) !== namespace);
  return foreign
    ? ".tls.certificateRef.namespace: Invalid value: cross-namespace secret references are not allowed in listeners"
    : undefined;
}

function tellBadConfig(simulation: Simulation, gateway: KubernetesObject, what: string): void {
  const { uid = "", generation = 1 } = gateway.metadata;
  const told = `${uid}/bad-config/${generation}/${what}`;
  if (simulation.dueAt(told) !== undefined) return;
  simulation.after(told, 0);
  const message = `Skipped a listener block: ${what}`;
  simulation.event(gateway, { type: "Warning", reason: "BadConfig", message, from: FROM });
}

interface Wanted {
  secret: string;
  dnsNames: string[];
  issuer: string;
  /** cert-manager's own minor version. */
  minor: number;
}

function ensureCertificate(
  simulation: Simulation,
  gateway: KubernetesObject,
  wanted: Wanted,
): void {
  const { store } = simulation;
  const { namespace = "", uid = "" } = gateway.metadata;
  const live = store.findKind("Certificate", wanted.secret, namespace);
  if (live === undefined) {
    store.create(newCertificate(gateway, wanted));
    const message = `Successfully created Certificate "${wanted.secret}"`;
    return tell(simulation, gateway, "CreateCertificate", message);
  }
  if (live.metadata.ownerReferences?.some((owner) => owner.uid === uid) !== true) return;
  const liveSpec = fields(live["spec"]);
  const merged = { ...liveSpec, ...specOf(wanted) };
  if (isDeepStrictEqual(liveSpec, merged)) return;
  store.update(live, (draft) => {
    draft["spec"] = merged;
    draft.metadata.managedFields = changedAt(store.timestamp());
  });
  const message = `Successfully updated Certificate "${wanted.secret}"`;
  tell(simulation, gateway, "UpdateCertificate", message);
}

/** As an API server notes it of whoever changes more than the status. */
const changedAt = (time: string) => [
  { manager: "cert-manager-gateway-shim", operation: "Update", time },
];

function newCertificate({ apiVersion, metadata }: KubernetesObject, wanted: Wanted) {
  const { namespace = "", uid = "", name } = metadata;
  const annotations: Record<string, string> =
    wanted.minor < 20
      ? {}
      : {
          "acme.cert-manager.io/http01-parentrefkind": "Gateway",
          "acme.cert-manager.io/http01-parentrefname": name,
        };
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: {
      name: wanted.secret,
      namespace,
      annotations,
      ownerReferences: [{ apiVersion, kind: "Gateway", name, uid }],
    },
    spec: specOf(wanted),
  };
}

function specOf({
  secret,
  dnsNames,
  issuer,
}: {
  secret: string;
  dnsNames: string[];
  issuer: string;
}) {
  return {
    secretName: secret,
    dnsNames,
    issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: issuer },
    usages: ["digital signature", "key encipherment"],
  };
}

function removeUnwanted(
  simulation: Simulation,
  gateway: KubernetesObject,
  wanted: ReadonlySet<string>,
): void {
  const { namespace, uid } = gateway.metadata;
  for (const certificate of simulation.store.all("Certificate", namespace)) {
    const { name, ownerReferences = [] } = certificate.metadata;
    if (!ownerReferences.some((owner) => owner.uid === uid) || wanted.has(name)) continue;
    simulation.store.remove(certificate);
    tell(
      simulation,
      gateway,
      "DeleteCertificate",
      `Successfully deleted unrequired Certificate "${name}"`,
    );
  }
}

function tell(
  simulation: Simulation,
  gateway: KubernetesObject,
  reason: string,
  message: string,
): void {
  simulation.event(gateway, { type: "Normal", reason, message, from: FROM });
}
