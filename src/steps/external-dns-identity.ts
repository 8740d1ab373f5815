import { UserError } from "../errors.ts";
import { comparePolicyDocument, compareRole, compareTags, findTagOwner } from "../plan/compare.ts";
import type { Plan, PlanItem } from "../plan/plan.ts";
import { awaitAll } from "./first-error.ts";
import { applyDifferent, inspectNamespace, inspectObjects } from "./objects.ts";
import type { Step, StepContext } from "./step.ts";

const AGENT_ADDON = "eks-pod-identity-agent";
const id = "external-dns-identity";

/**
 * What lets ExternalDNS write to one hosted zone and to nothing else: a policy, a role that only
 * its ServiceAccount can assume, and the link between the two (an OIDC provider for IRSA, an
 * association for Pod Identity).
 */
export const externalDnsIdentity: Step = {
  id,
  title: "ExternalDNS identity",
  after: [],
  async inspect(context) {
    const items = await Promise.all([
      inspectPolicy(context),
      inspectRole(context),
      inspectLink(context),
      inspectNamespace(context, id, context.plan.identity.namespace),
      inspectObjects(context, id, [context.plan.identity.serviceAccount]),
    ]);
    return items.flat();
  },
  async apply(context) {
    const { mode, namespace, serviceAccount } = context.plan.identity;
    await awaitAll([
      ensurePolicyAndRole(context),
      mode === "irsa" ? ensureOidcProvider(context) : ensureAgent(context),
    ]);
    const [found] = await awaitAll([
      inspectNamespace(context, id, namespace),
      mode === "irsa" ? undefined : ensureAssociation(context),
    ]);
    if (found.intent === "create") await context.world.kubernetes.apply([namespace]);
    await applyDifferent(context, id, [serviceAccount]);
  },
  async settle({ plan }) {
    return plan.identity.mode === "irsa" ? "IRSA" : "Pod Identity";
  },
};

async function inspectPolicy({ plan, world }: StepContext): Promise<PlanItem> {
  const { policy, tags } = plan.identity;
  const live = await world.identity.findPolicy(policy.arn);
  const item = {
    step: id,
    kind: "IAM policy",
    name: policy.name,
    document: policy.document,
  } as const;
  if (live === undefined) return { ...item, intent: "create" };
  if (!compareTags(tags, live.tags))
    return { ...item, intent: "foreign", owner: findTagOwner(live.tags) };
  const same = comparePolicyDocument(policy.document, live.document);
  return same ? { ...item, intent: "keep" } : { ...item, intent: "update", fields: ["document"] };
}

async function inspectRole({ plan, world }: StepContext): Promise<PlanItem> {
  const { role, policy, tags } = plan.identity;
  const live = await world.identity.findRole(role.name);
  const desired = { trust: role.trust, tags, policyArn: policy.arn };
  const item = { step: id, kind: "IAM role", name: role.name, document: role.trust } as const;
  return { ...item, ...compareRole(desired, live) };
}

async function inspectLink(context: StepContext): Promise<PlanItem[]> {
  return context.plan.identity.mode === "irsa"
    ? [await inspectOidcProvider(context)]
    : Promise.all([...inspectAgent(context), inspectAssociation(context)]);
}

async function inspectOidcProvider({ plan, world }: StepContext): Promise<PlanItem> {
  const issuer = issuerOf(plan);
  const live = await world.identity.findOidcProvider(issuer);
  const item = { step: id, kind: "IAM OIDC provider", name: issuer } as const;
  if (live === undefined) return { ...item, intent: "create" };
  if (!live.clientIds.includes("sts.amazonaws.com")) {
    return {
      ...item,
      intent: "foreign",
      owner: "someone else (its audience is not sts.amazonaws.com)",
    };
  }
  const ours = compareTags(plan.identity.tags, live.tags);
  return { ...item, intent: "keep", ...(ours ? {} : { owner: "the cluster; used as it is" }) };
}

function inspectAgent({ plan, world }: StepContext): Promise<PlanItem>[] {
  if (!plan.identity.agentAddon) return [];
  const item = { step: id, kind: "EKS add-on", name: AGENT_ADDON } as const;
  const inspect = async (): Promise<PlanItem> => {
    const addons = await world.clusters.listAddons(plan.config.cluster);
    const present = addons.some(({ name }) => name === AGENT_ADDON);
    return { ...item, intent: present ? "keep" : "create" };
  };
  return [inspect()];
}

async function inspectAssociation({ plan, world }: StepContext): Promise<PlanItem> {
  const { role, tags } = plan.identity;
  const { serviceAccount, namespace } = subjectOf(plan);
  const [live] = await world.identity.listAssociations(plan.config.cluster, {
    namespace,
    serviceAccount,
  });
  const item = {
    step: id,
    kind: "Pod Identity association",
    name: `${namespace}/${serviceAccount}`,
  } as const;
  if (live === undefined) return { ...item, intent: "create", document: { roleArn: role.arn } };
  if (!compareTags(tags, live.tags)) return { ...item, intent: "foreign", owner: live.roleArn };
  return live.roleArn === role.arn
    ? { ...item, intent: "keep" }
    : { ...item, intent: "update", fields: ["roleArn"], document: { roleArn: role.arn } };
}

async function ensurePolicyAndRole(context: StepContext): Promise<void> {
  const { plan, world } = context;
  const { policy, role, tags } = plan.identity;
  const [policyItem, roleItem] = await Promise.all([inspectPolicy(context), inspectRole(context)]);
  if (policyItem.intent === "create") {
    context.report(`creating the IAM policy ${policy.name}`);
    await world.identity.createPolicy({ ...policy, tags });
  }
  if (policyItem.intent === "update")
    await world.identity.updatePolicy(policy.arn, policy.document);
  if (roleItem.intent === "create") {
    context.report(`creating the IAM role ${role.name}`);
    const { permissionsBoundary } = plan.config;
    const boundary = permissionsBoundary === undefined ? {} : { permissionsBoundary };
    await world.identity.createRole({ ...role, tags, ...boundary });
  }
  if (roleItem.fields?.includes("trust policy"))
    await world.identity.updateTrust(role.name, role.trust);
  if (roleItem.intent === "create" || roleItem.fields?.includes("attached policies")) {
    await world.identity.attachPolicy(role.name, policy.arn);
  }
}

async function ensureOidcProvider(context: StepContext): Promise<void> {
  const { intent } = await inspectOidcProvider(context);
  if (intent !== "create") return;
  const { identity } = context.world;
  await identity.createOidcProvider({
    issuer: issuerOf(context.plan),
    tags: context.plan.identity.tags,
  });
}

async function ensureAgent(context: StepContext): Promise<void> {
  const [item] = await Promise.all(inspectAgent(context));
  if (item?.intent !== "create") return;
  context.report(`adding the EKS add-on ${AGENT_ADDON}`);
  const { plan, world } = context;
  await world.clusters.createAddon(plan.config.cluster, AGENT_ADDON, plan.identity.tags);
}

async function ensureAssociation(context: StepContext): Promise<void> {
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

function issuerOf({ identity, config }: Plan): string {
  if (identity.oidcIssuer !== undefined) return identity.oidcIssuer;
  throw new UserError(
    "GT-CLUSTER-NO-OIDC",
    `The cluster ${config.cluster} has no OIDC issuer, so IRSA is not possible.`,
    {
      hint: "Use Pod Identity: --identity pod-identity.",
    },
  );
}
