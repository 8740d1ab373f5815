import { explainIssuance, isReady, type Issuance } from "../checks/issuance.ts";
import { UserError } from "../errors.ts";
import {
  parseCertificate,
  parseCertificateRequest,
  parseChallenge,
  parseOrder,
} from "../facts/objects.ts";
import { kinds } from "../kinds.ts";
import { issuerOf } from "../plan/gateway.ts";
import type { DesiredHost } from "../plan/plan.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { gatewayRef } from "./gateway.ts";
import { waitForHosts } from "./hosts.ts";
import type { StepContext } from "./step.ts";
import type { Look, Seen } from "./wait.ts";

/** The issuer that the Gateway names now, if it names one. */
export async function findLiveIssuer(
  context: Pick<StepContext, "plan" | "world">,
): Promise<string | undefined> {
  return issuerOf(await context.world.kubernetes.get(gatewayRef(context)));
}

/** Hosts of the plan whose certificate is not there, or not ready, from the given issuer. */
export async function findUnissuedHosts(
  context: Pick<StepContext, "plan" | "world">,
  issuer: string,
): Promise<DesiredHost[]> {
  return findUnissued(context, context.plan.hosts, issuer);
}

/** Those of the given hosts. */
export async function findUnissued(
  context: Pick<StepContext, "plan" | "world">,
  hosts: readonly DesiredHost[],
  issuer: string,
): Promise<DesiredHost[]> {
  const found = await Promise.all(
    hosts.map(async (host) => ({ host, live: await findCertificate(context, host) })),
  );
  return found.flatMap(({ host, live }) => (isIssued(issuer, live) ? [] : [host]));
}

/** The Certificate of a host's name, whoever made it. */
export async function findCertificate(
  { plan, world }: Pick<StepContext, "plan" | "world">,
  { secretName: name }: DesiredHost,
): Promise<KubernetesObject | undefined> {
  const { gateway: namespace } = plan.config.namespaces;
  return world.kubernetes.get({ kind: kinds.Certificate, name, namespace });
}

/** Whether a host's Certificate is ready, from this issuer. */
export function isIssued(issuer: string, live: KubernetesObject | undefined): boolean {
  if (live === undefined) return false;
  const certificate = parseCertificate(live);
  return certificate.spec.issuerRef.name === issuer && isReady(certificate);
}

/** Waits until every host has a certificate from this issuer; the CA's refusal of a host is final. */
export async function waitForCertificates(context: StepContext, issuer: string): Promise<void> {
  const options = { namespace: context.plan.config.namespaces.gateway };
  const { hosts } = context.plan;
  await waitForHosts(
    context,
    { what: "The certificate" },
    {
      certificates: { kind: kinds.Certificate, options },
      requests: { kind: kinds.CertificateRequest, options },
      orders: { kind: kinds.Order, options },
      challenges: { kind: kinds.Challenge, options },
    },
    hosts,
    (seen, host) => {
      const now = context.world.clock.now();
      return lookAtHost(host, { ...issuanceOf(host, issuer, seen), now }, hosts.length > 1);
    },
  );
}

type IssuanceKinds = "certificates" | "requests" | "orders" | "challenges";

function lookAtHost(host: DesiredHost, issuance: Issuance, named: boolean): Look<true> {
  const verdict = explainIssuance(issuance);
  if (verdict.state === "failed") {
    throw new UserError(verdict.code, verdict.message, { hint: verdict.hint });
  }
  if (verdict.state === "ready") return { done: true };
  const prefix = named ? `${host.host.hostname}: ` : "";
  return { waiting: `${prefix}${verdict.reason}` };
}

function issuanceOf(
  host: DesiredHost,
  issuer: string,
  seen: Seen<IssuanceKinds>,
): Omit<Issuance, "now"> {
  const certificate = seen.certificates.find(({ metadata }) => metadata.name === host.secretName);
  return {
    hostname: host.host.hostname,
    issuer,
    certificate: certificate === undefined ? undefined : parseCertificate(certificate),
    requests: seen.requests.map(parseCertificateRequest),
    orders: seen.orders.map(parseOrder),
    challenges: seen.challenges.map(parseChallenge),
  };
}
