import type { KubernetesObject } from "../../../ports/kubernetes.ts";
import { findCondition, isTrue, setConditions } from "../../conditions.ts";
import { at, fields, list, strings, text } from "../../fields.ts";
import type { Simulation } from "../../simulation.ts";
import { storeCertificate } from "./issue.ts";
import { childName } from "./names.ts";

const FROM = "cert-manager-certificates-issuing";

/** CertificateRequests become Orders; valid Orders become Secrets. */
export function certificateRequests(simulation: Simulation): void {
  for (const request of simulation.store.all("CertificateRequest")) {
    if (findCondition(request, "Ready")?.["reason"] === "Issued") continue;
    if (findCondition(request, "Ready")?.["reason"] === "Failed") continue;
    reconcile(simulation, request);
  }
}

function reconcile(simulation: Simulation, request: KubernetesObject): void {
  const { name, namespace = "", uid = "" } = request.metadata;
  const issuer = simulation.store.findKind(
    "ClusterIssuer",
    text(at(request, "spec", "issuerRef", "name")),
  );
  if (issuer === undefined || !isTrue(issuer, "Ready")) return pendingOnIssuer(simulation, request);
  const orderName = childName(name, uid);
  const order = simulation.store.findKind("Order", orderName, namespace);
  if (order === undefined) return createOrder(simulation, request, orderName);
  const state = text(at(order, "status", "state"));
  if (state === "valid") return succeed(simulation, request, issuer);
  if (["invalid", "errored", "expired"].includes(state))
    return fail(simulation, request, order, state);
  setConditions(simulation, request, [
    approved(),
    {
      type: "Ready",
      status: "False",
      reason: "Pending",
      message: `Waiting on certificate issuance from order ${namespace}/${orderName}: "${state || "pending"}"`,
    },
  ]);
}

function pendingOnIssuer(simulation: Simulation, request: KubernetesObject): void {
  const name = text(at(request, "spec", "issuerRef", "name"));
  const message = `Referenced "ClusterIssuer" not found: clusterissuer.cert-manager.io "${name}" not found`;
  setConditions(simulation, request, [
    approved(),
    { type: "Ready", status: "False", reason: "Pending", message },
  ]);
}

function createOrder(simulation: Simulation, request: KubernetesObject, orderName: string): void {
  const { name, namespace = "", uid = "" } = request.metadata;
  simulation.store.create({
    apiVersion: "acme.cert-manager.io/v1",
    kind: "Order",
    metadata: {
      name: orderName,
      namespace,
      annotations: { ...request.metadata.annotations },
      ownerReferences: [{ apiVersion: request.apiVersion, kind: "CertificateRequest", name, uid }],
    },
    spec: {
      dnsNames: strings(at(request, "spec", "dnsNames")),
      issuerRef: structuredClone(fields(at(request, "spec", "issuerRef"))),
      request: "",
    },
  });
}

function succeed(
  simulation: Simulation,
  request: KubernetesObject,
  issuer: KubernetesObject,
): void {
  const certificate = certificateOf(simulation, request);
  const pem = storeCertificate(simulation, { request, issuer, certificate });
  const message = "Certificate fetched from issuer successfully";
  setConditions(
    simulation,
    request,
    [approved(), { type: "Ready", status: "True", reason: "Issued", message }],
    { certificate: pem },
  );
  if (certificate === undefined) return;
  const revision = Number(
    request.metadata.annotations?.["cert-manager.io/certificate-revision"] ?? 1,
  );
  const stored = simulation.store.update(certificate, (draft) => {
    const { lastFailureTime: _, failedIssuanceAttempts: __, ...rest } = fields(draft["status"]);
    const kept = list(rest["conditions"]).filter(({ type }) => type !== "Issuing");
    draft["status"] = { ...rest, conditions: kept, revision };
  });
  removeOlder(simulation, request);
  simulation.event(stored, {
    type: "Normal",
    reason: "Issuing",
    message: "The certificate has been successfully issued",
    from: FROM,
  });
}

/** `revisionHistoryLimit` is 1 as of cert-manager 1.18. */
function removeOlder({ store }: Simulation, request: KubernetesObject): void {
  const name = request.metadata.annotations?.["cert-manager.io/certificate-name"];
  for (const other of store.all("CertificateRequest", request.metadata.namespace)) {
    const same = other.metadata.annotations?.["cert-manager.io/certificate-name"] === name;
    if (same && other.metadata.uid !== request.metadata.uid) store.remove(other);
  }
}

function fail(
  simulation: Simulation,
  request: KubernetesObject,
  order: KubernetesObject,
  state: string,
): void {
  const why = text(at(order, "status", "reason"));
  const message = `Failed to wait for order resource "${order.metadata.name}" to become ready: order is in "${state}" state: ${why}`;
  setConditions(
    simulation,
    request,
    [approved(), { type: "Ready", status: "False", reason: "Failed", message }],
    { failureTime: simulation.store.timestamp() },
  );
  const certificate = certificateOf(simulation, request);
  if (certificate === undefined) return;
  const attempts = at(certificate, "status", "failedIssuanceAttempts");
  const told = `The certificate request has failed to complete and will be retried: ${message}`;
  const failed = setConditions(
    simulation,
    certificate,
    [{ type: "Issuing", status: "False", reason: "Failed", message: told }],
    {
      lastFailureTime: simulation.store.timestamp(),
      failedIssuanceAttempts: (typeof attempts === "number" ? attempts : 0) + 1,
    },
  );
  simulation.event(failed, { type: "Warning", reason: "Failed", message: told, from: FROM });
}

function certificateOf(
  { store }: Simulation,
  request: KubernetesObject,
): KubernetesObject | undefined {
  const name = request.metadata.annotations?.["cert-manager.io/certificate-name"] ?? "";
  return store.findKind("Certificate", name, request.metadata.namespace);
}

function approved() {
  return {
    type: "Approved",
    status: "True",
    reason: "cert-manager.io",
    message: "Certificate request has been approved by cert-manager.io",
  } as const;
}
