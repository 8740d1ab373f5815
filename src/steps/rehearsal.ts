import { findLiveIssuer, findUnissuedHosts } from "./issuance.ts";
import type { PlanItem } from "../plan/plan.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { findRehearsalRoutes, rehearse, sweep } from "./rehearse.ts";
import type { Step, StepContext } from "./step.ts";

const id = "rehearsal";

/** Proves HTTP-01's path for every host that has no certificate yet. */
export const rehearsal: Step = {
  id,
  title: "Challenge rehearsal",
  after: ["dns-record"],
  async inspect(context) {
    if (context.options.skipRehearsal) return [];
    const [hosts, left] = await Promise.all([findUnproven(context), findRehearsalRoutes(context)]);
    if (hosts.length === 0 && left.length > 0) return left.map(leftItem);
    if (hosts.length === 0) return [{ step: id, ...notNeeded }];
    return hosts.map(({ host }) => ({
      step: id,
      kind: "HTTPRoute",
      name: `a short-lived route that proves ${host.hostname}`,
      intent: "create",
    }));
  },
  async apply(context) {
    const hosts = await findUnproven(context);
    await (hosts.length === 0 ? sweep(context) : rehearse(context, hosts));
  },
  async settle(context) {
    if (context.options.skipRehearsal) {
      context.warn(
        "The rehearsal was skipped: whether the CA can reach port 80 was not proved before it was asked.",
      );
      return "skipped";
    }
    const unissued = await findUnproven(context);
    return unissued.length === 0 ? "not needed" : "port 80 answers by name";
  },
};

/** The last step proves renewals by such routes too: a run that is killed there leaves them. */
const leftItem = ({ metadata: { namespace, name } }: KubernetesObject): PlanItem => ({
  step: id,
  kind: "HTTPRoute",
  name: `${namespace}/${name}`,
  intent: "delete",
});

const notNeeded = {
  kind: "Rehearsal",
  name: "not needed: every certificate is valid",
  intent: "keep",
} as const;

async function findUnproven(context: StepContext) {
  const issuer = (await findLiveIssuer(context)) ?? context.plan.names.issuers.staging;
  return findUnissuedHosts(context, issuer);
}
