import { ISSUER_NAME } from "./issuance.ts";
import { valueOf } from "../facts/fact.ts";
import type { Attempting } from "./acme-words.ts";
import { findAttempt, findIssuerName } from "./attempt.ts";
import type { LinkInput } from "./chain.ts";

/** How a user gets back what is ours; it carries no cluster: who shows it knows how that was reached. */
export const RERUN = "gateway-tls init";

/** `init` for an installation of ours; what somebody else made, `init` must not be sent at. */
export function repairHint({ survey }: Pick<LinkInput, "survey">, byHand: string): string {
  return survey.kept ? RERUN : byHand;
}

/**
 * What makes cert-manager try again at once. It makes a Certificate that was deleted anew from the
 * Gateway, without the memory of what failed; the Secret stays.
 */
export function newAttempt({ survey, target }: LinkInput, certificate = target.secret): string {
  if (survey.kept) return RERUN;
  return `kubectl delete certificate ${certificate} --namespace ${target.gateway.namespace}`;
}

/** The same, for what a CA's words ask for. */
export function attemptingOf(input: LinkInput, certificate?: string): Attempting {
  return {
    kept: input.survey.kept,
    again: newAttempt(input, certificate),
    now: input.facts.now,
    mayUseStaging: mayUseStaging(input),
  };
}

/** The issuer is the Gateway's, so that staging would be for every host of it. */
function mayUseStaging(input: LinkInput): boolean {
  const { survey, facts, target } = input;
  if (!survey.kept || survey.targets.length > 1) return false;
  if (findIssuerName(input)?.name !== survey.expected.issuers?.production) return false;
  const { certificate } = findAttempt(input);
  if (certificate?.status.notAfter === undefined) return true;
  const secret = valueOf(facts.secrets)?.find(({ metadata }) => metadata.name === target.secret);
  const from = secret?.metadata.annotations?.[ISSUER_NAME];
  return from !== undefined && from === survey.expected.issuers?.staging;
}
