import { isBackingOff } from "../checks/issuance.ts";
import { parseCertificate } from "../facts/objects.ts";
import { kinds } from "../kinds.ts";
import { gatewayHasListener, gatewayWith, mergeGateway } from "../plan/gateway.ts";
import type { PlanItem } from "../plan/plan.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { applyGateway, gatewayRef } from "./gateway.ts";
import { findLiveIssuer } from "./issuance.ts";
import { inspectObjects } from "./objects.ts";
import type { Step, StepContext } from "./step.ts";

const id = "https-listener";

/**
 * One HTTPS listener per host and the issuer's annotation: from here on cert-manager acts. A
 * Certificate that waits out a back-off after a failure is taken away; cert-manager makes it anew
 * and tries at once.
 */
export const httpsListener: Step = {
  id,
  title: "HTTPS listener",
  after: ["rehearsal", "issuers"],
  async inspect(context) {
    const live = await context.world.kubernetes.get(gatewayRef(context));
    const [[gateway], stuck] = await Promise.all([
      inspectObjects(context, id, [mergeGateway(live, await wantedGateway(context))]),
      findBackingOff(context),
    ]);
    return [...describeListeners(context, live, gateway), ...stuck.map(retryItem)];
  },
  async apply(context) {
    const stuck = await findBackingOff(context);
    const { namespace } = gatewayRef(context);
    await context.world.kubernetes.delete(
      stuck.map(({ metadata: { name } }) => ({ kind: kinds.Certificate, name, namespace })),
    );
    await applyGateway(context, await wantedGateway(context));
  },
  async settle({ plan }) {
    return `${plan.hosts.map(({ host }) => host.hostname).join(", ")} on port 443`;
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
  const issuer = (await findLiveIssuer(context)) ?? plan.names.issuers.staging;
  return gatewayWith(plan, { listeners: plan.hosts.map(({ listener }) => listener), issuer });
}

async function findBackingOff({ plan, world }: StepContext): Promise<KubernetesObject[]> {
  const { gateway: namespace } = plan.config.namespaces;
  const live = await Promise.all(
    plan.hosts.map(({ secretName: name }) =>
      world.kubernetes.get({ kind: kinds.Certificate, name, namespace }),
    ),
  );
  return live.flatMap((object) =>
    object !== undefined && isBackingOff(parseCertificate(object)) ? [object] : [],
  );
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
