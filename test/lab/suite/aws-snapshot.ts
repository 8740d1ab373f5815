import {
  DescribePodIdentityAssociationCommand,
  ListAddonsCommand,
  ListPodIdentityAssociationsCommand,
} from "@aws-sdk/client-eks";
import {
  ListAttachedRolePoliciesCommand,
  ListOpenIDConnectProvidersCommand,
  ListPoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
} from "@aws-sdk/client-iam";
import { ListResourceRecordSetsCommand } from "@aws-sdk/client-route-53";
import type { Lab } from "../lab.ts";

/** What is in the account: IAM, the cluster's add-ons and associations, the zone's records. */
export async function snapshotAccount({ aws, account }: Lab): Promise<Record<string, unknown>> {
  const { iam, eks, route53 } = aws.clients;
  const clusterName = account.cluster;
  const [roles, policies, providers, addons, associations, records] = await Promise.all([
    readRoles(iam),
    iam.send(new ListPoliciesCommand({ Scope: "Local" })),
    iam.send(new ListOpenIDConnectProvidersCommand()),
    eks.send(new ListAddonsCommand({ clusterName })),
    readAssociations(eks, clusterName),
    route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: aws.zone.id })),
  ]);
  return {
    roles,
    policies: (policies.Policies ?? [])
      .map(
        ({ Arn, AttachmentCount, DefaultVersionId }) =>
          `${Arn} ${AttachmentCount} ${DefaultVersionId}`,
      )
      .sort(),
    providers: (providers.OpenIDConnectProviderList ?? []).map(({ Arn }) => String(Arn)).sort(),
    addons: (addons.addons ?? []).toSorted(),
    associations,
    records: (records.ResourceRecordSets ?? []).map((record) => JSON.stringify(record)).sort(),
  };
}

async function readRoles(iam: Lab["aws"]["clients"]["iam"]) {
  const { Roles = [] } = await iam.send(new ListRolesCommand());
  const roles = await Promise.all(
    Roles.map(async ({ RoleName = "", AssumeRolePolicyDocument }) => {
      const [tags, attached] = await Promise.all([
        iam.send(new ListRoleTagsCommand({ RoleName })),
        iam.send(new ListAttachedRolePoliciesCommand({ RoleName })),
      ]);
      const policies = (attached.AttachedPolicies ?? []).map(({ PolicyArn }) => PolicyArn);
      return [RoleName, { trust: AssumeRolePolicyDocument, tags: tags.Tags, policies }] as const;
    }),
  );
  return Object.fromEntries(roles);
}

async function readAssociations(eks: Lab["aws"]["clients"]["eks"], clusterName: string) {
  const { associations = [] } = await eks.send(
    new ListPodIdentityAssociationsCommand({ clusterName }),
  );
  const described = await Promise.all(
    associations.map(async ({ associationId }) => {
      const { association } = await eks.send(
        new DescribePodIdentityAssociationCommand({ clusterName, associationId }),
      );
      const { namespace, serviceAccount, roleArn } = association ?? {};
      return `${namespace}/${serviceAccount} ${roleArn}`;
    }),
  );
  return described.sort();
}
