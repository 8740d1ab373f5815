import { ISSUER_NAME } from "../checks/issuance.ts";
import { toSeconds } from "../checks/moment.ts";
import { ACME } from "../config/defaults.ts";
import { UserError } from "../errors.ts";
import { findCondition, parseCertificate, parseCertificateRequest } from "../facts/objects.ts";
import { kinds } from "../kinds.ts";
import { findOverLimit, WEEK_MS } from "../plan/certificate-limit.ts";
import type { DesiredHost, Plan } from "../plan/plan.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import type { ConnectedWorld } from "../ports/world.ts";
import { isIssued } from "../steps/issuance.ts";

const RAISED =
  "If Let's Encrypt has raised your account's limit, or knows these names already: --certificates-per-week N";
/** The message has the number of all. */
const NAMES_SHOWN = 5;

interface Context {
  plan: Plan;
  world: ConnectedWorld;
  /** Of new certificates in any seven days. */
  limit: number;
  /** What to do about it. */
  hint: string;
}

/**
 * Throws `GT-CERTIFICATES-LIMIT` for what Let's Encrypt would refuse one by one after the first 50:
 * new certificates for names below one registered domain in a week
 * (https://letsencrypt.org/docs/rate-limits/, "New Certificates per Registered Domain"). Counted
 * from this cluster's requests; others of the domain's certificates count too and cannot be seen
 * from here. Renewals do not count. Another CA has limits of its own.
 */
export async function refuseOverLimit(context: Context): Promise<void> {
  const { plan, world, limit } = context;
  if (plan.config.acme.server !== ACME.server) return;
  const options = { namespace: plan.config.namespaces.gateway };
  const [requests, certificates] = await Promise.all([
    world.kubernetes.list(kinds.CertificateRequest, options),
    world.kubernetes.list(kinds.Certificate, options),
  ]);
  const issuer = plan.names.issuers.production;
  const issuedAt = findIssuances(issuer, requests, certificates);
  const unissued = findUnissued(plan, certificates);
  const now = world.clock.now().getTime();
  const fit = (needed: number) => findOverLimit({ limit, needed, issuedAt, now });
  if (fit(unissued.length).over === 0) return;
  const needed = await leaveOutRenewed(context, unissued);
  const { over, fitsAt } = fit(needed.length);
  if (over === 0) return;
  const lately = issuedAt.filter((time) => time > now - WEEK_MS).length;
  const wait =
    fitsAt === undefined ? "" : ` All fit from ${toSeconds(new Date(fitsAt).toISOString())} on.`;
  throw new UserError(
    "GT-CERTIFICATES-LIMIT",
    `Let's Encrypt issues ${limit} new certificates a week for names below one registered domain. Here ${lately} came in the last seven days, and ${needed.length} more would be too many by ${over}: ${listFew(needed.slice(-over))}.${wait} Nothing was changed.`,
    { hint: `${context.hint} ${RAISED}` },
  );
}

function listFew(hosts: readonly DesiredHost[]): string {
  const names = hosts.map(({ host }) => host.hostname);
  if (names.length <= NAMES_SHOWN) return names.join(", ");
  return `${names.slice(0, NAMES_SHOWN).join(", ")}, ...`;
}

function findUnissued(plan: Plan, certificates: readonly KubernetesObject[]): DesiredHost[] {
  const byName = new Map(certificates.map((one) => [one.metadata.name, one]));
  const issuer = plan.names.issuers.production;
  return plan.hosts.filter(({ secretName }) => !isIssued(issuer, byName.get(secretName)));
}

/** Without those whose certificate the CA would renew: their Secret is from it. */
async function leaveOutRenewed(
  { plan, world }: Context,
  hosts: readonly DesiredHost[],
): Promise<DesiredHost[]> {
  const namespace = plan.config.namespaces.gateway;
  const found = await Promise.all(
    hosts.map(async (host) => {
      const name = host.secretName;
      const secret = await world.kubernetes.get({ kind: kinds.Secret, namespace, name });
      const from = secret?.metadata.annotations?.[ISSUER_NAME];
      return from === plan.names.issuers.production ? [] : [host];
    }),
  );
  return found.flat();
}

/**
 * When the issuer gave a certificate, ms: a request that was refused is none, nor is one that came
 * long after its Certificate was made or changed, which is a renewal.
 */
function findIssuances(
  issuer: string,
  requests: readonly KubernetesObject[],
  certificates: readonly KubernetesObject[],
): number[] {
  const changedAt = new Map(
    certificates.map((object) => {
      const { uid, creationTimestamp, changedAt: at } = parseCertificate(object).metadata;
      return [uid, toTime(at ?? creationTimestamp)];
    }),
  );
  return requests.flatMap((object) => {
    const { metadata, spec, status } = parseCertificateRequest(object);
    const madeAt = toTime(metadata.creationTimestamp);
    const isReady = findCondition(status.conditions, "Ready")?.status === "True";
    const isRenewal = metadata.ownerReferences?.some(
      ({ uid }) => madeAt - (changedAt.get(uid) ?? madeAt) > WEEK_MS,
    );
    return spec.issuerRef.name === issuer && isReady && isRenewal !== true ? [madeAt] : [];
  });
}

const toTime = (at = ""): number => Date.parse(at) || 0;
