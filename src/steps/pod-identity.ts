import { compareTags } from "../plan/compare.ts";
import type { Plan, PlanItem } from "../plan/plan.ts";
import type { StepContext } from "./step.ts";

const AGENT_ADDON = "eks-pod-identity-agent";
const step = "external-dns-identity";

/** The agent that gives pods their role, where the plan wants it added. */
export function inspectAgent({ plan, world }: StepContext): Promise<PlanItem>[] {
  if (!plan.identity.agentAddon) return [];
  const item = { step, kind: "EKS add-on", name: AGENT_ADDON } as const;
  const inspect = async (): Promise<PlanItem> => {
    const addons = await world.clusters.listAddons(plan.config.cluster);
    const present = addons.some(({ name }) => name === AGENT_ADDON);
    return { ...item, intent: present ? "keep" : "create" };
  };
  return [inspect()];
}

/** What gives ExternalDNS's ServiceAccount the role. */
export async function inspectAssociation({ plan, world }: StepContext): Promise<PlanItem> {
  const { role, tags } = plan.identity;
  const { serviceAccount, namespace } = subjectOf(plan);
  const [live] = await world.identity.listAssociations(plan.config.cluster, {
    namespace,
    serviceAccount,
  });
  const item = {
    step,
    kind: "Pod Identity association",
    name: `${namespace}/${serviceAccount}`,
  } as const;
  if (live === undefined) return { ...item, intent: "create", document: { roleArn: role.arn } };
  if (!compareTags(tags, live.tags)) return { ...item, intent: "foreign", owner: live.roleArn };
  return live.roleArn === role.arn
    ? { ...item, intent: "keep" }
    : { ...item, intent: "update", fields: ["roleArn"], document: { roleArn: role.arn } };
}

/** Adds the agent, where the plan wants it and there is none. */
export async function ensureAgent(context: StepContext): Promise<void> {
  const [item] = await Promise.all(inspectAgent(context));
  if (item?.intent !== "create") return;
  context.report(`adding the EKS add-on ${AGENT_ADDON}`);
  const { plan, world } = context;
  await world.clusters.createAddon(plan.config.cluster, AGENT_ADDON, plan.identity.tags);
}

/** Ours of before, where the plan is IRSA: pods would get its role in place of the annotation's. */
export async function inspectOldAssociation(context: StepContext): Promise<PlanItem[]> {
  const { kind, name, intent } = await inspectAssociation(context);
  const isOurs = intent === "keep" || intent === "update";
  return isOurs ? [{ step, kind, name, intent: "delete" }] : [];
}

/** Takes away what `inspectOldAssociation` tells of. */
export async function removeOldAssociation(context: StepContext): Promise<void> {
  const { plan, world } = context;
  const { cluster } = plan.config;
  const [live] = await world.identity.listAssociations(cluster, subjectOf(plan));
  if (live === undefined || !compareTags(plan.identity.tags, live.tags)) return;
  context.report("taking away the association of Pod Identity");
  await world.identity.deleteAssociation(cluster, live.id);
}

/** Makes the association, or gives it the role. */
export async function ensureAssociation(context: StepContext): Promise<void> {
  const { plan, world } = context;
  const { cluster } = plan.config;
  const { intent } = await inspectAssociation(context);
  if (intent === "keep") return;
  const { role, tags } = plan.identity;
  const subject = subjectOf(plan);
  context.report("associating the role with the ServiceAccount");
  if (intent === "create") {
    await world.identity.createAssociation({ cluster, ...subject, roleArn: role.arn, tags });
    return;
  }
  const [live] = await world.identity.listAssociations(cluster, subject);
  if (live !== undefined) await world.identity.updateAssociation(cluster, live.id, role.arn);
}

function subjectOf({ identity, config }: Plan): { namespace: string; serviceAccount: string } {
  return {
    namespace: identity.serviceAccount.metadata.namespace ?? config.namespaces.externalDns,
    serviceAccount: identity.serviceAccount.metadata.name,
  };
}
