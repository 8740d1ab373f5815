import { CERTIFICATE_NAME, isBackingOff } from "../checks/issuance.ts";
import { parseCertificate } from "../facts/objects.ts";
import { findOwner } from "../facts/ownership.ts";
import { gatewayHasListener, gatewayWith, mergeGateway } from "../plan/gateway.ts";
import type { DesiredHost, PlanItem } from "../plan/plan.ts";
import { kinds } from "../kinds.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { applyGateway, gatewayRef, isOfGateway } from "./gateway.ts";
import { findCertificate, findLiveIssuer, isIssued } from "./issuance.ts";
import { inspectObjects, refOf } from "./objects.ts";
import type { Step, StepContext } from "./step.ts";

const id = "https-listener";

/**
 * One HTTPS listener per host and the issuer's annotation: from here on cert-manager acts. A
 * Certificate of our Gateway that waits out a back-off after a failure is taken away; cert-manager
 * makes it anew and tries at once. One of others by that name is in its way, unless it is as wanted.
 */
export const httpsListener: Step = {
  id,
  title: "HTTPS listener",
  after: ["rehearsal", "issuers"],
  async inspect(context) {
    const live = await context.world.kubernetes.get(gatewayRef(context));
    const [[gateway], stuck, foreign] = await Promise.all([
      inspectObjects(context, id, [mergeGateway(live, await wantedGateway(context))]),
      findBackingOff(context),
      findForeign(context),
    ]);
    return [
      ...describeListeners(context, live, gateway),
      ...stuck.map(retryItem),
      ...foreign.map(foreignItem),
    ];
  },
  async apply(context) {
    const stuck = await findBackingOff(context);
    await context.world.kubernetes.delete(stuck.map(refOf));
    await applyGateway(context, await wantedGateway(context));
  },
  async settle({ plan }) {
    const names = plan.hosts.map(({ host }) => host.hostname);
    return names.length === 0 ? "no hosts" : `${names.join(", ")} on port 443`;
  },
};

/** One item per host, and one for the issuer's annotation: the rest is the Gateway step's. */
function describeListeners(
  { plan }: StepContext,
  live: KubernetesObject | undefined,
  gateway: PlanItem | undefined,
): PlanItem[] {
  const fields = gateway?.fields ?? [];
  const listeners = plan.hosts.map(({ host, listener }): PlanItem => {
    const item = {
      step: id,
      kind: "HTTPS listener",
      name: host.hostname,
      document: listener,
    } as const;
    if (!gatewayHasListener(live, listener.name)) return { ...item, intent: "create" };
    const own = fields.filter((field) => field.includes(`listeners[${listener.name}]`));
    return own.length === 0
      ? { ...item, intent: "keep" }
      : { ...item, intent: "update", fields: own };
  });
  const annotations = fields.filter((field) => field.startsWith("metadata.annotations"));
  if (gateway === undefined || annotations.length === 0 || live === undefined) return listeners;
  return [...listeners, { ...gateway, fields: annotations }];
}

/** The issuer in use stays: only the promotion switches it. */
async function wantedGateway(context: StepContext): Promise<KubernetesObject> {
  const { plan } = context;
  const issuer = await findIssuer(context);
  return gatewayWith(plan, { listeners: plan.hosts.map(({ listener }) => listener), issuer });
}

async function findIssuer(context: StepContext): Promise<string> {
  return (await findLiveIssuer(context)) ?? context.plan.names.issuers.staging;
}

async function findBackingOff(context: StepContext): Promise<KubernetesObject[]> {
  const live = await Promise.all(context.plan.hosts.map((host) => findCertificate(context, host)));
  return live.flatMap((object) =>
    object !== undefined && isOfGateway(context, object) && isBackingOff(parseCertificate(object))
      ? [object]
      : [],
  );
}

/**
 * cert-manager changes no Certificate that its Gateway does not own, so the host would never be
 * served; and a Secret that no Certificate made it would write over.
 */
async function findForeign(context: StepContext): Promise<KubernetesObject[]> {
  const issuer = await findIssuer(context);
  const found = await Promise.all(
    context.plan.hosts.map(async (host) => {
      const live = await findCertificate(context, host);
      if (live === undefined) return findForeignSecret(context, host);
      return isOfGateway(context, live) || isIssued(issuer, live) ? [] : [live];
    }),
  );
  return found.flat();
}

/** Without cert-manager's mark: one that an earlier Certificate left has it, and is taken up again. */
async function findForeignSecret(
  { plan, world }: StepContext,
  { secretName: name }: DesiredHost,
): Promise<KubernetesObject[]> {
  const { gateway: namespace } = plan.config.namespaces;
  const live = await world.kubernetes.get({ kind: kinds.Secret, namespace, name });
  const isMade = live?.metadata.annotations?.[CERTIFICATE_NAME] !== undefined;
  return live === undefined || isMade ? [] : [live];
}

function retryItem({ metadata: { namespace, name } }: KubernetesObject): PlanItem {
  return {
    step: id,
    kind: "Certificate",
    name: `${namespace}/${name}`,
    intent: "update",
    fields: ["a new attempt in place of the back-off"],
  };
}

function foreignItem({ kind, metadata }: KubernetesObject): PlanItem {
  const name = `${metadata.namespace}/${metadata.name}`;
  return { step: id, kind, name, intent: "foreign", owner: findOwner(metadata).name };
}
