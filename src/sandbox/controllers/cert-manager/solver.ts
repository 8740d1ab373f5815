import type { KubernetesObject } from "../../../ports/kubernetes.ts";
import { at, fields, list, stringMap, text } from "../../fields.ts";
import type { Simulation } from "../../simulation.ts";

const PREFIX = "cm-acme-http-solver-";

function labelsFor(challenge: KubernetesObject): Record<string, string> {
  const hash = (value: string): string => {
    let sum = 5381;
    for (const letter of value) sum = (sum * 33 + letter.charCodeAt(0)) % 4_294_967_291;
    return String(sum);
  };
  return {
    "acme.cert-manager.io/http01-solver": "true",
    "acme.cert-manager.io/http-domain": hash(text(at(challenge, "spec", "dnsName"))),
    "acme.cert-manager.io/http-token": hash(text(at(challenge, "spec", "token"))),
  };
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
  const { namespace = "" } = challenge.metadata;
  const labels = labelsFor(challenge);
  const service = `${PREFIX}${simulation.nextNumber().toString(36)}`;
  const metadata = (name: string, more: Record<string, string> = {}) => ({
    name,
    namespace,
    labels: { ...labels, ...more },
    ownerReferences: [ownerOf(challenge)],
  });
  const { store } = simulation;
  store.create({
    apiVersion: "v1",
    kind: "Pod",
    metadata: metadata(`${PREFIX}${simulation.nextNumber().toString(36)}`),
    spec: {
      serviceAccountName: "default",
      containers: [{ name: "acmesolver", image: "quay.io/jetstack/cert-manager-acmesolver" }],
    },
    status: { phase: "Pending", conditions: [] },
  });
  store.create({
    apiVersion: "v1",
    kind: "Service",
    metadata: metadata(service),
    spec: { selector: labels, ports: [{ name: "http", port: 8089, targetPort: 8089 }] },
  });
  store.create({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: metadata(
      `${PREFIX}${simulation.nextNumber().toString(36)}`,
      stringMap(solver["labels"]),
    ),
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

/** Where the CA will ask. */
export function pathOf(challenge: KubernetesObject): string {
  return `/.well-known/acme-challenge/${text(at(challenge, "spec", "token"))}`;
}

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
