import { findCaIdentity, judgeCaa, type CaaFact } from "../facts/caa.ts";
import { valueOf, type Fact } from "../facts/fact.ts";
import type { ClusterIssuer } from "../facts/objects.ts";
import { listNames } from "../nearest.ts";
import { findIssuerName } from "./attempt.ts";
import { describeRefusal } from "./caa-refusal.ts";
import { broken, risky, type LinkInput, type LinkVerdict } from "./chain.ts";

/** Whether the CAA records let the host's issuer have a certificate, by its CA and its account. */
export function judgeCaaRecords(input: LinkInput, fact: CaaFact): LinkVerdict {
  const { foundAt, records, failedAt, hostname } = fact;
  if (failedAt !== undefined) {
    return broken(
      "GT-CAA-UNREADABLE",
      `The CAA question for ${failedAt.name} ends in ${failedAt.status}; a CA does not issue then.`,
      { hint: `dig ${failedAt.name} CAA` },
    );
  }
  if (foundAt === undefined) return { state: "ok", reason: "no CAA records" };
  const issuer = findIssuer(input);
  const ca = findCaIdentity(issuer?.spec.acme.server ?? findServer(input));
  if (ca === undefined)
    return { state: "ok", reason: `CAA of ${foundAt}; the CA's name in it is not known` };
  const verdict = judgeCaa(records, ca);
  if (!verdict.allowed) {
    const { reason, hint } = describeRefusal({ hostname, foundAt, ca }, verdict);
    return broken("GT-CAA-FORBIDS", reason, { hint });
  }
  if (verdict.accounts.length === 0) return { state: "ok", reason: `CAA of ${foundAt}` };
  return judgeAccount(issuer, { foundAt, ca, accounts: verdict.accounts });
}

/** RFC 8657: the CA issues for these accounts only. */
function judgeAccount(
  issuer: ClusterIssuer | undefined,
  { foundAt, ca, accounts }: { foundAt: string; ca: string; accounts: readonly string[] },
): LinkVerdict {
  const own = issuer?.status.acme.uri ?? "";
  if (accounts.includes(own)) return { state: "ok", reason: `CAA of ${foundAt}` };
  const only = `The CAA record of ${foundAt} allows the ACME account ${listNames(accounts)} only`;
  if (issuer === undefined || own === "") {
    const reason = `${only}, and the one of the host's issuer is not known.`;
    const hint = `Once the issuer is registered, add to ${foundAt}: CAA 0 issue "${ca}; accounturi=URI", with the URI of its status.`;
    return risky("GT-CAA-ACCOUNT", reason, { hint });
  }
  const reason = `${only}, and the issuer ${issuer.metadata.name} has ${own}.`;
  const hint = `Add to ${foundAt}: CAA 0 issue "${ca}; accounturi=${own}"`;
  return broken("GT-CAA-ACCOUNT", reason, { hint });
}

function findIssuer(input: LinkInput): ClusterIssuer | undefined {
  const named = findIssuerName(input);
  if (named === undefined) return undefined;
  const { issuers, localIssuers } = input.facts;
  const all: Fact<ClusterIssuer[]> = named.kind === "Issuer" ? localIssuers : issuers;
  const { namespace } = input.target.gateway;
  return valueOf(all)?.find(
    ({ metadata }) =>
      metadata.name === named.name && (named.kind !== "Issuer" || metadata.namespace === namespace),
  );
}

/** Where the host's issuer is not seen: the one that is planned, or any whose CA is known. */
function findServer({ survey, facts }: LinkInput): string {
  const acme = valueOf(facts.issuers)?.map(({ spec }) => spec.acme.server) ?? [];
  const known = acme.find((server) => findCaIdentity(server) !== undefined);
  return survey.expected.acmeServer ?? known ?? "";
}
