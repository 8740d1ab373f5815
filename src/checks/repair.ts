import type { Attempting } from "./acme-words.ts";
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
  return { kept: input.survey.kept, again: newAttempt(input, certificate) };
}
