import type { KubernetesObject } from "../../../ports/kubernetes.ts";
import { at, fields, list, stringMap, text } from "../../fields.ts";
import type { Simulation } from "../../simulation.ts";

const PREFIX = "cm-acme-http-solver-";

function labelsFor(challenge: KubernetesObject): Record<string, string> {
  return {
    "acme.cert-manager.io/http01-solver": "true",
    "acme.cert-manager.io/http-domain": numberOf(text(at(challenge, "spec", "dnsName"))),
    "acme.cert-manager.io/http-token": numberOf(text(at(challenge, "spec", "token"))),
  };
}

/** A number for a text, as label values need one. */
function numberOf(value: string): string {
  let sum = 5381;
  for (const letter of value) sum = (sum * 33 + letter.charCodeAt(0)) % 4_294_967_291;
  return String(sum);
}

/** Pod, Service and HTTPRoute of a challenge; answers what is wrong, as the Challenge shows it. */
export function presentSolver(
  simulation: Simulation,
  challenge: KubernetesObject,
): string | undefined {
  const solver = fields(at(challenge, "spec", "solver", "http01", "gatewayHTTPRoute"));
  const parentRefs = list(solver["parentRefs"]);
  if (parentRefs.length === 0) {
    return "couldn't Present challenge: no parentRefs in the issuer's gatewayHTTPRoute solver";
  }
  if (ownedBy(simulation, challenge, "HTTPRoute").length > 0) return undefined;
  const service = `${PREFIX}${simulation.nextNumber().toString(36)}`;
  createBackend(simulation, challenge, service);
  const metadata = metadataFor(simulation, challenge);
  const labels = { ...metadata.labels, ...stringMap(solver["labels"]) };
  simulation.store.create({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { ...metadata, labels },
    spec: {
      parentRefs: structuredClone(parentRefs),
      hostnames: [text(at(challenge, "spec", "dnsName"))],
      rules: [
        {
          matches: [{ path: { type: "Exact", value: pathOf(challenge) } }],
          backendRefs: [{ name: service, port: 8089 }],
        },
      ],
    },
  });
  return undefined;
}

function createBackend(simulation: Simulation, challenge: KubernetesObject, name: string): void {
  const { store } = simulation;
  const metadata = metadataFor(simulation, challenge);
  store.create({
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec: {
      serviceAccountName: "default",
      containers: [{ name: "acmesolver", image: "quay.io/jetstack/cert-manager-acmesolver" }],
    },
    status: { phase: "Pending", conditions: [] },
  });
  store.create({
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadata, name },
    spec: { selector: metadata.labels, ports: [{ name: "http", port: 8089, targetPort: 8089 }] },
  });
}

function metadataFor(simulation: Simulation, challenge: KubernetesObject) {
  return {
    name: `${PREFIX}${simulation.nextNumber().toString(36)}`,
    namespace: challenge.metadata.namespace ?? "",
    labels: labelsFor(challenge),
    ownerReferences: [ownerOf(challenge)],
  };
}

/** Where the CA will ask. */
export function pathOf(challenge: KubernetesObject): string {
  return `/.well-known/acme-challenge/${text(at(challenge, "spec", "token"))}`;
}

/** cert-manager does so once a challenge is decided, either way. */
export function cleanUpSolver(simulation: Simulation, challenge: KubernetesObject): void {
  for (const kind of ["HTTPRoute", "Service", "Pod"]) {
    for (const object of ownedBy(simulation, challenge, kind)) simulation.store.remove(object);
  }
}

function ownedBy(
  { store }: Simulation,
  { metadata }: KubernetesObject,
  kind: string,
): KubernetesObject[] {
  return store
    .all(kind, metadata.namespace)
    .filter((object) => object.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid));
}

function ownerOf({ apiVersion, metadata }: KubernetesObject) {
  return { apiVersion, kind: "Challenge", name: metadata.name, uid: metadata.uid ?? "" };
}
