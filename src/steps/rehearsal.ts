import { findLiveIssuer, findUnissuedHosts } from "./issuance.ts";
import { rehearse } from "./rehearse.ts";
import type { Step, StepContext } from "./step.ts";

const id = "rehearsal";

/** Proves HTTP-01's path for every host that has no certificate yet. */
export const rehearsal: Step = {
  id,
  title: "Challenge rehearsal",
  after: ["dns-record"],
  async inspect(context) {
    if (context.options.skipRehearsal) return [];
    const hosts = await findUnproven(context);
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
    await rehearse(context, hosts);
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

const notNeeded = {
  kind: "Rehearsal",
  name: "not needed: every certificate is valid",
  intent: "keep",
} as const;

async function findUnproven(context: StepContext) {
  const issuer = (await findLiveIssuer(context)) ?? context.plan.names.issuers.staging;
  return findUnissuedHosts(context, issuer);
}
