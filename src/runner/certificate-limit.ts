import { UserError } from "../errors.ts";
import { findCondition, parseCertificateRequest } from "../facts/objects.ts";
import { kinds } from "../kinds.ts";
import { countOverLimit, WEEK_MS } from "../plan/certificate-limit.ts";
import type { Plan } from "../plan/plan.ts";
import type { ObjectMeta } from "../ports/kubernetes.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import { findUnissuedHosts } from "../steps/issuance.ts";

const RAISED =
  "If Let's Encrypt has raised your account's limit, say so: --certificates-per-week N";
/** The message has the number of all. */
const NAMES_SHOWN = 5;

/**
 * Throws `GT-CERTIFICATES-LIMIT` for what Let's Encrypt would refuse one by one after the first 50:
 * new certificates for names below one registered domain in a week
 * (https://letsencrypt.org/docs/rate-limits/, "New Certificates per Registered Domain"). Counted from this cluster's requests; others of the domain's
 * certificates count too and cannot be seen from here. Another CA has limits of its own.
 */
export async function refuseOverLimit(context: {
  plan: Plan;
  world: ConnectedWorld;
  /** Of new certificates in any seven days. */
  limit: number;
  /** What to do about it. */
  hint: string;
}): Promise<void> {
  const { plan, world, limit } = context;
  if (!plan.config.acme.server.includes("letsencrypt.org")) return;
  const issuer = plan.names.issuers.production;
  const [unissued, issued] = await Promise.all([
    findUnissuedHosts(context, issuer),
    countIssued(world, plan.config.namespaces.gateway, issuer),
  ]);
  const over = countOverLimit({ needed: unissued.length, issued, limit });
  if (over === 0) return;
  const names = unissued.slice(-over).map(({ host }) => host.hostname);
  const shown =
    names.length > NAMES_SHOWN
      ? `${names.slice(0, NAMES_SHOWN).join(", ")}, ...`
      : names.join(", ");
  throw new UserError(
    "GT-CERTIFICATES-LIMIT",
    `Let's Encrypt issues ${limit} new certificates a week for names below one registered domain. Here ${issued} came in the last seven days, and ${unissued.length} more would be too many by ${over}: ${shown}. Nothing was changed.`,
    { hint: `${context.hint} ${RAISED}` },
  );
}

/**
 * Certificates of the last seven days that the issuer gave: a request that was refused is none. Nor
 * is one of a Certificate that was there long before: Let's Encrypt does not count renewals (the
 * same page, "Renewals").
 */
async function countIssued(
  { kubernetes, clock }: ConnectedWorld,
  namespace: string,
  issuer: string,
): Promise<number> {
  const since = clock.now().getTime() - WEEK_MS;
  const [requests, certificates] = await Promise.all([
    kubernetes.list(kinds.CertificateRequest, { namespace }),
    kubernetes.list(kinds.Certificate, { namespace }),
  ]);
  const madeAt = new Map(certificates.map(({ metadata }) => [metadata.uid, toTime(metadata)]));
  const isRenewal = ({ ownerReferences = [], ...metadata }: ObjectMeta) =>
    ownerReferences.some(({ uid }) => toTime(metadata) - (madeAt.get(uid) ?? Infinity) > WEEK_MS);
  return requests.filter((object) => {
    const { metadata, spec, status } = parseCertificateRequest(object);
    const isReady = findCondition(status.conditions, "Ready")?.status === "True";
    const isNew = toTime(metadata) >= since && !isRenewal(metadata);
    return spec.issuerRef.name === issuer && isNew && isReady;
  }).length;
}

const toTime = ({ creationTimestamp = "" }: Pick<ObjectMeta, "creationTimestamp">): number =>
  Date.parse(creationTimestamp) || 0;
