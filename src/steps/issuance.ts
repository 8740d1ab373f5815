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
import type { StepContext } from "./step.ts";
import { type Look, type Seen, waitForObjects } from "./wait.ts";

/** The issuer that the Gateway names now, if it names one. */
export async function findLiveIssuer(
  context: Pick<StepContext, "plan" | "world">,
): Promise<string | undefined> {
  return issuerOf(await context.world.kubernetes.get(gatewayRef(context)));
}

/** Hosts whose certificate is not there, or not ready, from the given issuer. */
export async function findUnissuedHosts(
  context: Pick<StepContext, "plan" | "world">,
  issuer: string,
): Promise<DesiredHost[]> {
  const found = await Promise.all(
    context.plan.hosts.map(async (host) => ({
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

/** Waits until every host has a certificate from this issuer; the first refusal of the CA ends it. */
export async function waitForCertificates(context: StepContext, issuer: string): Promise<void> {
  const options = { namespace: context.plan.config.namespaces.gateway };
  await waitForObjects(
    context,
    { what: "The certificate" },
    {
      certificates: { kind: kinds.Certificate, options },
      requests: { kind: kinds.CertificateRequest, options },
      orders: { kind: kinds.Order, options },
      challenges: { kind: kinds.Challenge, options },
    },
    (seen) => lookAtHosts(context, issuer, seen),
  );
}

type IssuanceKinds = "certificates" | "requests" | "orders" | "challenges";

function lookAtHosts({ plan }: StepContext, issuer: string, seen: Seen<IssuanceKinds>): Look<true> {
  let open: Look<true> = { done: true };
  for (const host of plan.hosts) {
    const verdict = explainIssuance(issuanceOf(host, issuer, seen));
    if (verdict.state === "failed") {
      throw new UserError(verdict.code, verdict.message, { hint: verdict.hint });
    }
    if (verdict.state === "waiting" && "done" in open) {
      const prefix = plan.hosts.length > 1 ? `${host.host.hostname}: ` : "";
      open = { waiting: `${prefix}${verdict.reason}` };
    }
  }
  return open;
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
