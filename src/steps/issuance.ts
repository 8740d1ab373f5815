import { explainIssuance, type Issuance } from "../checks/issuance.ts";
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
    hosts.map(async (host) => ({
      host,
      verdict: await readVerdict(context, host, issuer),
    })),
  );
  return found.flatMap(({ host, verdict }) => (verdict === "ready" ? [] : [host]));
}

async function readVerdict(
  { plan, world }: Pick<StepContext, "plan" | "world">,
  host: DesiredHost,
  issuer: string,
): Promise<string> {
  const ref = { name: host.secretName, namespace: plan.config.namespaces.gateway };
  const live = await world.kubernetes.get({ kind: kinds.Certificate, ...ref });
  const { state } = explainIssuance({
    hostname: host.host.hostname,
    issuer,
    certificate: live === undefined ? undefined : parseCertificate(live),
    requests: [],
    orders: [],
    challenges: [],
  });
  return state;
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
    (seen, host) => lookAtHost(host, issuer, seen, hosts.length > 1),
  );
}

type IssuanceKinds = "certificates" | "requests" | "orders" | "challenges";

function lookAtHost(
  host: DesiredHost,
  issuer: string,
  seen: Seen<IssuanceKinds>,
  named: boolean,
): Look<true> {
  const verdict = explainIssuance(issuanceOf(host, issuer, seen));
  if (verdict.state === "failed") {
    throw new UserError(verdict.code, verdict.message, { hint: verdict.hint });
  }
  if (verdict.state === "ready") return { done: true };
  const prefix = named ? `${host.host.hostname}: ` : "";
  return { waiting: `${prefix}${verdict.reason}` };
}

function issuanceOf(host: DesiredHost, issuer: string, seen: Seen<IssuanceKinds>): Issuance {
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
