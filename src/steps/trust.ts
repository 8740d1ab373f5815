import type { Plan } from "../plan/plan.ts";

const LETS_ENCRYPT = "acme-v02.api.letsencrypt.org";

/**
 * Whether a chain must end at a root that this machine trusts: the production issuer of Let's
 * Encrypt. A private CA's root may well be unknown here, unless `--trust-ca` gives it.
 */
export function mustBeTrusted(plan: Plan, issuer: string | undefined): boolean {
  return issuer === plan.names.issuers.production && plan.config.acme.server.includes(LETS_ENCRYPT);
}
