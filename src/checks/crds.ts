import type { CrdGroup } from "../facts/crds.ts";
import { broken, onItsWay, type LinkInput, type LinkVerdict } from "./chain.ts";
import { listNames } from "./nearest.ts";
import { repairHint } from "./repair.ts";
import { minorOf } from "./version.ts";

const GATEWAY_API_CRDS = ["gatewayclasses", "gateways", "httproutes"].map(
  (plural) => `${plural}.gateway.networking.k8s.io`,
);
const CERT_MANAGER_CRDS = [
  "clusterissuers.cert-manager.io",
  "certificates.cert-manager.io",
  "certificaterequests.cert-manager.io",
  "orders.acme.cert-manager.io",
  "challenges.acme.cert-manager.io",
];

/** The Gateway API's CRDs: all that are needed, of a version that the gateway controller supports. */
export function judgeGatewayApiCrds(input: LinkInput, found: CrdGroup | undefined): LinkVerdict {
  if (found === undefined)
    return broken("GT-CRDS-MISSING", "The Gateway API CRDs are gone.", {
      hint: repairHint(input, "Install the Gateway API CRDs that the gateway controller supports."),
    });
  const [open] = found.notEstablished;
  const object = "CustomResourceDefinition gateways.gateway.networking.k8s.io";
  if (open !== undefined) return onItsWay(`${open} is not established yet`, { object });
  const wanted = input.survey.expected.gatewayApi;
  const versions = found.versions.join(", ");
  const other = found.versions.find(
    (version) => wanted !== undefined && minorOf(version) !== minorOf(wanted),
  );
  if (other === undefined) {
    return judgeServed(input, found, GATEWAY_API_CRDS) ?? { state: "ok", reason: versions };
  }
  return broken(
    "GT-CRDS-UNSUPPORTED",
    `The cluster has Gateway API ${other}; the gateway controller supports ${wanted ?? "another"}.`,
    { object, hint: `Bring them back to ${wanted ?? "it"}; they belong to ${found.owner.name}.` },
  );
}

/** What is wrong with cert-manager's CRDs; `undefined` when nothing is, or nobody could see. */
export function judgeCertManagerCrds(input: LinkInput): LinkVerdict | undefined {
  const { crds } = input.facts;
  if (!crds.known) return undefined;
  return judgeServed(input, crds.value.certManager, CERT_MANAGER_CRDS);
}

/** What is not served looks as if no object of it were there. */
function judgeServed(
  input: LinkInput,
  found: CrdGroup | undefined,
  needed: readonly string[],
): LinkVerdict | undefined {
  const missing = needed.filter((name) => found?.names.includes(name) !== true);
  if (missing.length > 0) {
    const reason = `The cluster does not have the CRDs ${listNames(missing)}.`;
    const hint = repairHint(input, "Install the same version of them again.");
    return broken("GT-CRDS-MISSING", reason, { hint });
  }
  const other = needed.find((name) => found?.notServed.includes(name));
  if (other === undefined) return undefined;
  return broken("GT-CRDS-UNSUPPORTED", `The cluster does not serve ${other} as v1.`, {
    object: `CustomResourceDefinition ${other}`,
    hint: `Let it be served as v1 again, beside the other versions: kubectl edit crd ${other}`,
  });
}
