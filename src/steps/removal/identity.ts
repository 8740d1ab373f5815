import { UserError } from "../../errors.ts";
import { kinds } from "../../kinds.ts";
import { compareTags } from "../../plan/compare.ts";
import type { PlanItem } from "../../plan/plan.ts";
import type { OidcProvider, Policy, PodIdentityAssociation, Role } from "../../ports/aws.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { refOf } from "../objects.ts";
import type { Step, StepContext } from "../step.ts";
import { findOwn, nameOf } from "./removal.ts";
import { findExternalDnsUser } from "./shared-parts.ts";

const AGENT_ADDON = "eks-pod-identity-agent";
const id = "external-dns-identity";

/**
 * ExternalDNS's way into AWS, of either kind, by our tag. The OIDC provider and the Pod Identity
 * agent may have come to serve others: then they stay. All of it stays where ExternalDNS does.
 */
export const identityRemoval: Step = {
  id,
  title: "ExternalDNS identity",
  after: ["external-dns"],
  async inspect(context) {
    const [found, user] = await Promise.all([find(context), findExternalDnsUser(context)]);
    if (user === undefined) return describe(found);
    const reason = "kept: ExternalDNS uses it";
    return describe(found).map(({ step, kind, name }) => ({
      step,
      kind,
      name,
      intent: "keep",
      reason,
    }));
  },
  async apply(context) {
    if ((await findExternalDnsUser(context)) !== undefined) return;
    const { identity, clusters, kubernetes } = context.world;
    const { cluster } = context.plan.config;
    const found = await find(context);
    const { association, addon, role, policy, provider, account } = found;
    if (association !== undefined) await identity.deleteAssociation(cluster, association.id);
    if (role !== undefined) await removeRole(context, role);
    if (policy !== undefined && policy.reason === undefined) {
      await identity.deletePolicy(policy.live.arn);
    }
    if (provider !== undefined && provider.reason === undefined) {
      await identity.deleteOidcProvider(provider.live.arn);
    }
    if (addon !== undefined && addon.reason === undefined) {
      await clusters.deleteAddon(cluster, AGENT_ADDON);
    }
    if (account !== undefined) await kubernetes.delete([refOf(account)]);
  },
};

interface Found {
  association: PodIdentityAssociation | undefined;
  addon: { reason: string | undefined } | undefined;
  role: { live: Role; reason: string | undefined; attached: boolean } | undefined;
  policy: { live: Policy; reason: string | undefined } | undefined;
  provider: { live: OidcProvider; reason: string | undefined } | undefined;
  account: KubernetesObject | undefined;
}

async function find(context: StepContext): Promise<Found> {
  const { plan, world } = context;
  const { name, namespace } = plan.identity.serviceAccount.metadata;
  const [associations, addon, role, policy, provider, account] = await Promise.all([
    world.identity.listAssociations(plan.config.cluster, {}),
    findAddon(context),
    findRole(context),
    findPolicy(context),
    findProvider(context),
    findOwn(context, {
      kind: kinds.ServiceAccount,
      name,
      ...(namespace === undefined ? {} : { namespace }),
    }),
  ]);
  const association = associations.find(
    (one) => one.roleArn === plan.identity.role.arn && isOurs(context, one),
  );
  return { association, addon, role, policy, provider, account };
}

const isOurs = ({ plan }: StepContext, { tags }: { tags: Record<string, string> }): boolean =>
  compareTags(plan.identity.tags, tags);

async function findAddon(context: StepContext): Promise<Found["addon"]> {
  const { plan, world } = context;
  const addons = await world.clusters.listAddons(plan.config.cluster);
  const live = addons.find((addon) => addon.name === AGENT_ADDON && isOurs(context, addon));
  if (live === undefined || live.status === "DELETING") return undefined;
  const associations = await world.identity.listAssociations(plan.config.cluster, {});
  const other = associations.find((one) => !isOurs(context, one));
  if (other === undefined) return { reason: undefined };
  return { reason: `kept: ${other.namespace}/${other.serviceAccount} uses it` };
}

async function findRole(context: StepContext): Promise<Found["role"]> {
  const { role, policy } = context.plan.identity;
  const live = await context.world.identity.findRole(role.name);
  if (live === undefined || !isOurs(context, live)) return undefined;
  const others = [
    ...live.attachedPolicyArns.filter((arn) => arn !== policy.arn),
    ...live.inlinePolicyNames,
  ];
  const reason = others.length === 0 ? undefined : `kept: others gave it ${others.join(", ")}`;
  return { live, reason, attached: live.attachedPolicyArns.includes(policy.arn) };
}

async function findPolicy(context: StepContext): Promise<Found["policy"]> {
  const { role, policy } = context.plan.identity;
  const [live, own] = await Promise.all([
    context.world.identity.findPolicy(policy.arn),
    context.world.identity.findRole(role.name),
  ]);
  if (live === undefined || !isOurs(context, live)) return undefined;
  const isOnOurs =
    own !== undefined && own.attachedPolicyArns.includes(policy.arn) && isOurs(context, own);
  const others = live.attachmentCount - (isOnOurs ? 1 : 0);
  return { live, reason: others > 0 ? `kept: attached to ${others} of others` : undefined };
}

async function findProvider(context: StepContext): Promise<Found["provider"]> {
  const { plan, world } = context;
  const { oidcIssuer } = plan.environment.cluster;
  if (oidcIssuer === undefined) return undefined;
  const live = await world.identity.findOidcProvider(oidcIssuer);
  if (live === undefined || !isOurs(context, live)) return undefined;
  try {
    const roles = await world.identity.listRolesTrusting(live.arn);
    const others = roles.filter((name) => name !== plan.identity.role.name);
    const reason = others.length === 0 ? undefined : `kept: trusted by ${others.join(", ")}`;
    return { live, reason };
  } catch (error) {
    // Who uses it cannot be seen, so it may be in use.
    if (!(error instanceof UserError) || error.retry !== undefined) throw error;
    return { live, reason: `kept: whether a role of others trusts it cannot be seen` };
  }
}

async function removeRole(
  { plan, world }: StepContext,
  { live, reason, attached }: NonNullable<Found["role"]>,
): Promise<void> {
  if (attached) await world.identity.detachPolicy(live.name, plan.identity.policy.arn);
  if (reason === undefined) await world.identity.deleteRole(live.name);
}

const item = (kind: string, name: string, reason?: string): PlanItem => ({
  step: id,
  kind,
  name,
  ...(reason === undefined ? { intent: "delete" } : { intent: "keep", reason }),
});

function describe({ association, addon, role, policy, provider, account }: Found): PlanItem[] {
  const detached: PlanItem[] =
    role?.reason !== undefined && role.attached
      ? [{ ...item("IAM role", role.live.name), intent: "update", fields: ["without our policy"] }]
      : [];
  return [
    ...(association === undefined
      ? []
      : [
          item(
            "Pod Identity association",
            `${association.namespace}/${association.serviceAccount}`,
          ),
        ]),
    ...(addon === undefined ? [] : [item("EKS add-on", AGENT_ADDON, addon.reason)]),
    ...(role === undefined ? [] : [item("IAM role", role.live.name, role.reason)]),
    ...detached,
    ...(policy === undefined ? [] : [item("IAM policy", policy.live.name, policy.reason)]),
    ...(provider === undefined
      ? []
      : [item("IAM OIDC provider", provider.live.url, provider.reason)]),
    ...(account === undefined ? [] : [item("ServiceAccount", nameOf(account))]),
  ];
}
