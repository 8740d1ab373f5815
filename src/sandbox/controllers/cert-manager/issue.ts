import type { KubernetesObject } from "../../../ports/kubernetes.ts";
import { certificateText, fingerprintOf } from "../../certificate-text.ts";
import { at, strings, text } from "../../fields.ts";
import type { Simulation } from "../../simulation.ts";
import { isStaging } from "./names.ts";

const DAY_MS = 86_400_000;
/** Let's Encrypt's `classic` profile in 2026. */
const LIFETIME_DAYS = 90;

/** The CA signs, cert-manager stores: the Secret of the request's Certificate. Returns base64. */
export function storeCertificate(
  simulation: Simulation,
  about: {
    request: KubernetesObject;
    issuer: KubernetesObject;
    certificate: KubernetesObject | undefined;
  },
): string {
  const { request, issuer, certificate } = about;
  const staging = isStaging(text(at(issuer, "spec", "acme", "server")));
  // Boulder back-dates by an hour.
  const notBefore = simulation.now - DAY_MS / 24;
  const issued = {
    issuer: staging ? "(STAGING) Pretend Pear X1" : "R12",
    names: [...new Set(strings(at(request, "spec", "dnsNames")))],
    notBefore: new Date(notBefore).toISOString(),
    notAfter: new Date(notBefore + LIFETIME_DAYS * DAY_MS).toISOString(),
    trusted: !staging,
  };
  const pem = certificateText(issued, simulation.nextNumber());
  simulation.state.acme.certificates[fingerprintOf(pem)] = issued;
  const encoded = Buffer.from(pem).toString("base64");
  if (certificate !== undefined) storeSecret(simulation, certificate, issuer, encoded);
  return encoded;
}

function storeSecret(
  { store }: Simulation,
  certificate: KubernetesObject,
  issuer: KubernetesObject,
  encoded: string,
): void {
  const name = text(at(certificate, "spec", "secretName"));
  const { namespace = "" } = certificate.metadata;
  const annotations = {
    "cert-manager.io/certificate-name": certificate.metadata.name,
    "cert-manager.io/issuer-group": "cert-manager.io",
    "cert-manager.io/issuer-kind": issuer.kind,
    "cert-manager.io/issuer-name": issuer.metadata.name,
    "cert-manager.io/common-name": strings(at(certificate, "spec", "dnsNames"))[0] ?? "",
    "cert-manager.io/alt-names": strings(at(certificate, "spec", "dnsNames")).join(","),
  };
  const key = Buffer.from("the sandbox's certificates have no key").toString("base64");
  const data = { "tls.crt": encoded, "tls.key": key };
  const labels = { "controller.cert-manager.io/fao": "true" };
  const live = store.findKind("Secret", name, namespace);
  if (live === undefined) {
    const metadata = { name, namespace, annotations, labels };
    store.create({ apiVersion: "v1", kind: "Secret", metadata, type: "kubernetes.io/tls", data });
    return;
  }
  store.update(live, (draft) => {
    draft.metadata.annotations = { ...draft.metadata.annotations, ...annotations };
    draft["data"] = data;
  });
}
