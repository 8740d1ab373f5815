import { UserError } from "../errors.ts";
import {
  compareObject,
  comparePolicyDocument,
  compareRole,
  compareTags,
  findTagOwner,
} from "../plan/compare.ts";
import { ROLE_ANNOTATION } from "../plan/identity.ts";
import type { Plan, PlanItem } from "../plan/plan.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import { ensureRestarted, inspectRunning } from "./external-dns-restart.ts";
import { awaitAll } from "./first-error.ts";
import { applyDifferent, inspectNamespace, refOf } from "./objects.ts";
import {
  ensureAgent,
  ensureAssociation,
  inspectAgent,
  inspectAssociation,
  inspectOldAssociation,
  removeOldAssociation,
} from "./pod-identity.ts";
import type { Step, StepContext } from "./step.ts";

const id = "external-dns-identity";

/**
 * What lets ExternalDNS write to one hosted zone and to nothing else: a policy, a role that only
 * its ServiceAccount can assume, and the link between the two (an OIDC provider for IRSA, an
 * association for Pod Identity). A run that changes from one to the other takes the old link away,
 * and restarts an ExternalDNS that has the old identity.
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
      inspectAccount(context),
      inspectRunning(context, id),
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
    // Last, so that the old way stands until the new one does.
    await (mode === "irsa" ? removeOldAssociation(context) : removeOldAnnotation(context));
    await ensureRestarted(context, id);
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
    ? (await Promise.all([inspectOidcProvider(context), inspectOldAssociation(context)])).flat()
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

async function inspectAccount({ plan, world }: StepContext): Promise<PlanItem> {
  const { serviceAccount } = plan.identity;
  const { name, namespace } = serviceAccount.metadata;
  const live = await world.kubernetes.get(refOf(serviceAccount));
  const item: PlanItem = {
    step: id,
    kind: serviceAccount.kind,
    name: `${namespace}/${name}`,
    document: serviceAccount,
    ...compareObject(serviceAccount, live),
  };
  if (item.intent !== "keep" || !hasOldAnnotation(plan, live)) return item;
  return { ...item, intent: "update", fields: [`metadata.annotations.${ROLE_ANNOTATION}`] };
}

/** Ours of before, where the plan is Pod Identity; what somebody else wrote there stays. */
function hasOldAnnotation({ identity }: Plan, account: KubernetesObject | undefined): boolean {
  const annotated = account?.metadata.annotations?.[ROLE_ANNOTATION];
  return identity.mode === "pod-identity" && annotated === identity.role.arn;
}

async function removeOldAnnotation({ plan, world }: StepContext): Promise<void> {
  const ref = refOf(plan.identity.serviceAccount);
  if (!hasOldAnnotation(plan, await world.kubernetes.get(ref))) return;
  await world.kubernetes.patch(ref, { metadata: { annotations: { [ROLE_ANNOTATION]: null } } });
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
