import type { Condition } from "../facts/condition.ts";
import type { CrdGroup } from "../facts/crds.ts";
import { valueOf } from "../facts/fact.ts";
import { listNames } from "../nearest.ts";
import { broken, describeCommand, risky, type LinkInput, type LinkVerdict } from "./chain.ts";
import { refused } from "./conditions.ts";
import { classOf } from "./controllers.ts";
import { ESTABLISHING_MS, waitAtMost } from "./patience.ts";
import { repairHint } from "./repair.ts";
import { compareVersions, minorOf } from "../plan/version.ts";

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

const findOther = (wanted: string | undefined, versions: readonly string[]): string | undefined =>
  versions.find((one) => wanted !== undefined && minorOf(one) !== minorOf(wanted));

/** The Gateway API's CRDs: all that are needed, of a version that the gateway controller supports. */
export function judgeGatewayApiCrds(input: LinkInput, found: CrdGroup | undefined): LinkVerdict {
  if (found === undefined)
    return broken("GT-CRDS-MISSING", "The Gateway API CRDs are gone.", {
      hint: repairHint(input, "Install the Gateway API CRDs that the gateway controller supports."),
    });
  const object = "CustomResourceDefinition gateways.gateway.networking.k8s.io";
  const wanted = input.survey.expected.gatewayApi;
  const versions = found.versions.join(", ");
  const served = judgeServed(input, found, GATEWAY_API_CRDS);
  if (served !== undefined) return served;
  const other = findOther(wanted, found.versions);
  if (other === undefined) return { state: "ok", reason: versions };
  const reason = `The cluster has Gateway API ${other}, and the gateway controller is made for ${wanted ?? "another"}.`;
  const hint = adviseOnPair(other, wanted ?? other, found.owner.name);
  // Of another minor version NGINX Gateway Fabric makes the best; of another major it takes nothing.
  const tell = isRefused(input) ? broken : risky;
  return tell("GT-CRDS-UNSUPPORTED", reason, { object, hint });
}

function isRefused(input: LinkInput): boolean {
  const wanted = classOf(input);
  const live = valueOf(input.facts.gatewayClasses)?.find(({ name }) => name === wanted);
  return live?.accepted?.status === "False" && live.accepted.reason === "UnsupportedVersion";
}

/** CRDs only ever go up: an older version drops fields, and may not serve what is stored. */
function adviseOnPair(there: string, wanted: string, owner: string): string {
  return compareVersions(there, wanted) > 0
    ? `Upgrade the gateway controller to a version for Gateway API ${minorOf(there)}; never downgrade the CRDs.`
    : `Upgrade the CRDs to ${wanted}; they belong to ${owner}.`;
}

/** The class's word about the CRDs' version; `undefined` where they are told of by their own link. */
export function judgeSupport(
  input: LinkInput,
  about: { accepted: Condition; supportedVersion: Condition; object: string },
): LinkVerdict | undefined {
  const { accepted, supportedVersion, object } = about;
  const group = valueOf(input.facts.crds)?.gatewayApi;
  const told = findOther(input.survey.expected.gatewayApi, group?.versions ?? []);
  if (told !== undefined && accepted.status === "True") return undefined;
  const named = /version (?:is )?v?(\d+\.\d+\.\d+)/.exec(supportedVersion.message)?.[1];
  const there = group?.versions.find(
    (one) => named !== undefined && minorOf(one) !== minorOf(named),
  );
  const hint =
    group === undefined || named === undefined || there === undefined
      ? "Bring the gateway controller and the Gateway API together; never by older CRDs than are there."
      : adviseOnPair(there, named, group.owner.name);
  const verdict = refused("GT-CRDS-UNSUPPORTED", supportedVersion, object, hint);
  return accepted.status === "True" ? { ...verdict, state: "warning" } : verdict;
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
  if (other === undefined) return judgeEstablished(input, found, needed);
  return broken("GT-CRDS-UNSUPPORTED", `The cluster does not serve ${other} as v1.`, {
    object: `CustomResourceDefinition ${other}`,
    hint: `Let it be served as v1 again, beside the other versions: kubectl edit crd ${other}`,
  });
}

/** The API server establishes a CRD within seconds, or says what stands against it. */
function judgeEstablished(
  input: LinkInput,
  found: CrdGroup | undefined,
  needed: readonly string[],
): LinkVerdict | undefined {
  const all = found?.notEstablished.filter(({ name }) => needed.includes(name)) ?? [];
  const open = all.find(({ refusal }) => refusal !== undefined) ?? all[0];
  if (open === undefined) return undefined;
  const { name, since, refusal } = open;
  const object = `CustomResourceDefinition ${name}`;
  if (refusal !== undefined) return refused("GT-CRDS-NOT-ESTABLISHED", refusal, object);
  const reason = `${name} is not established yet`;
  return waitAtMost(ESTABLISHING_MS, input, { reason, since, object }, () =>
    broken("GT-CRDS-NOT-ESTABLISHED", `The API server has not established ${name}.`, {
      since,
      object,
      hint: describeCommand(object),
    }),
  );
}
