import { parseCertificate, parseChallenge } from "../../facts/objects.ts";
import { kinds } from "../../kinds.ts";
import { cutGateway, type GatewayCut, isCut, ownedListenerNames } from "../../plan/gateway.ts";
import { findRouteNamespaces, HTTP_LISTENER } from "../../plan/names.ts";
import type { PlanItem } from "../../plan/plan.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { gatewayRef, isOfGateway } from "../gateway.ts";
import type { Step, StepContext } from "../step.ts";
import { type GatewayUse, readGatewayUse } from "./gateway-use.ts";
import { deleteDoomed, describeDoomed, type Doomed, findOwn, waitUntilGone } from "./removal.ts";

const id = "certificate";

/**
 * HTTPS listeners, then their Certificates: without the listener cert-manager does not make the
 * Certificate anew. It must be alive until no Challenge is left, which it holds by a finalizer.
 * With hosts that leave, only theirs, and port 80 admits only the namespaces that are still used.
 * A listener that serves routes of others stays, with its Certificate.
 */
export const certificateRemoval: Step = {
  id,
  title: "Listeners and Certificates",
  after: [],
  async inspect(context) {
    const use = await readGatewayUse(context);
    const [live, certificates] = await Promise.all([
      findOwn(context, gatewayRef(context)),
      findCertificates(context, use),
    ]);
    return [...describeCut(context, live, use), ...describeDoomed(id, certificates)];
  },
  async apply(context) {
    const use = await readGatewayUse(context);
    const live = await findOwn(context, gatewayRef(context));
    const cut = cutOf(context, live, use);
    if (live !== undefined && !isCut(live, cut)) {
      await context.world.kubernetes.apply([cutGateway(live, cut)]);
    }
    await deleteDoomed(context, await findCertificates(context, use));
  },
  async settle(context) {
    const { gateway: namespace } = context.plan.config.namespaces;
    const { certificates: staying } = await readGatewayUse(context);
    const what = "Removing the Certificates";
    await waitUntilGone(
      context,
      { what, kind: kinds.Certificate, namespace },
      (object) => isMeant(context, object) && !staying.has(object.metadata.name),
    );
    const left = await context.world.kubernetes.list(kinds.Certificate, { namespace });
    const renewed = left.map(parseCertificate).flatMap(({ spec }) => spec.dnsNames);
    await waitUntilGone(
      context,
      { what: "Removing the Challenges", kind: kinds.Challenge, namespace },
      (object) => isOfLeavingHost(context, object, renewed),
    );
    return undefined;
  },
};

function cutOf(
  { plan }: StepContext,
  live: KubernetesObject | undefined,
  use: GatewayUse,
): GatewayCut {
  if (plan.leaving !== undefined) {
    const listeners = plan.leaving.map(({ listener }) => listener.name);
    return { listeners, namespaces: findRouteNamespaces(plan.config) };
  }
  const listeners = ownedListenerNames(live).filter(
    (name) => name !== HTTP_LISTENER && !use.listeners.has(name),
  );
  return { listeners, issuer: use.certificates.size === 0 };
}

function describeCut(
  context: StepContext,
  live: KubernetesObject | undefined,
  use: GatewayUse,
): PlanItem[] {
  const staying = [...use.listeners].map(([name, reason]): PlanItem => {
    return { step: id, kind: "HTTPS listener", name, intent: "keep", reason };
  });
  const cut = cutOf(context, live, use);
  if (live === undefined || isCut(live, cut)) return staying;
  const owned = ownedListenerNames(live);
  const { namespace, name } = gatewayRef(context);
  const going = cut.listeners
    .filter((listener) => owned.includes(listener))
    .map((listener): PlanItem => {
      return { step: id, kind: "HTTPS listener", name: listener, intent: "delete" };
    });
  const rest = cut.issuer === true ? "the issuer" : "the namespaces of port 80";
  const gateway = { step: id, kind: "Gateway", name: `${namespace}/${name}` } as const;
  if (going.length > 0) return [...staying, ...going];
  return [...staying, { ...gateway, intent: "update", fields: [rest] }];
}

async function findCertificates(
  context: StepContext,
  { certificates }: GatewayUse,
): Promise<Doomed[]> {
  const { gateway: namespace } = context.plan.config.namespaces;
  const all = await context.world.kubernetes.list(kinds.Certificate, { namespace });
  return all
    .filter((object) => isMeant(context, object))
    .map((object) => ({ object, reason: certificates.get(object.metadata.name) }));
}

/** A Certificate that our Gateway owns, and with hosts that leave, one of theirs. */
function isMeant(context: StepContext, object: KubernetesObject): boolean {
  if (!isOfGateway(context, object)) return false;
  const { leaving } = context.plan;
  return leaving === undefined || leaving.some((host) => host.secretName === object.metadata.name);
}

/** One that a Certificate which stays is renewed by, may go on. */
function isOfLeavingHost(
  { plan }: StepContext,
  object: KubernetesObject,
  renewed: readonly string[],
): boolean {
  const { spec } = parseChallenge(object);
  const { staging, production } = plan.names.issuers;
  if (![staging, production].includes(spec.issuerRef.name)) return false;
  if (plan.leaving === undefined) return !renewed.includes(spec.dnsName);
  return plan.leaving.some(({ host }) => host.hostname === spec.dnsName);
}
