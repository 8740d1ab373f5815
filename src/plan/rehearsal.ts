import type { KubernetesObject } from "../ports/kubernetes.ts";
import { buildParentRefs } from "./build-plan.ts";
import { renderManifest } from "./manifest.ts";
import { HTTP_LISTENER } from "./names.ts";
import type { Plan } from "./plan.ts";

/** On every rehearsal route and on nothing else: what a killed run left is swept by it. */
export const REHEARSAL_LABEL = "gateway-tls/rehearsal";

/**
 * The short-lived route that proves HTTP-01's path for one host: requests for the challenge path
 * of `nonce` (lower-case letters and digits) are redirected to `<nonce>.invalid`. The nonce is in
 * the host name, because NGINX Gateway Fabric 1.4 ignores a redirect's path.
 */
export function buildRehearsalRoute(
  plan: Pick<Plan, "config" | "names" | "templates">,
  hostname: string,
  nonce: string,
): KubernetesObject {
  return renderManifest(plan.templates, "rehearsal-route.yaml", {
    name: `gateway-tls-rehearsal-${nonce}`,
    namespace: plan.config.namespaces.gateway,
    parentRefs: buildParentRefs(plan.names, plan.config, [HTTP_LISTENER]),
    hostname,
    path: `/.well-known/acme-challenge/gateway-tls-${nonce}`,
    redirectHostname: `${nonce}.invalid`,
  });
}
