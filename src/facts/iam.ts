import type { Config } from "../config/config.ts";
import type { Names } from "../plan/names.ts";
import type { CallerIdentity, Cluster, Identity } from "../ports/aws.ts";
import { readFact, type Fact } from "./fact.ts";
import { findAwsOwner, type Owner } from "./ownership.ts";

/** What IAM and EKS have under our names; `undefined` where there is nothing. */
export interface IamFact {
  policy: { arn: string; owner: Owner } | undefined;
  role: { arn: string; owner: Owner } | undefined;
  /** The provider of the cluster's OIDC issuer, whoever made it. */
  oidcProvider: { arn: string; owner: Owner; clientIds: string[] } | undefined;
  /** Pod Identity association of ExternalDNS's ServiceAccount. */
  association: { id: string; roleArn: string; owner: Owner } | undefined;
}

/** Reads all four side by side. */
export async function readIam(
  identity: Identity,
  of: {
    caller: CallerIdentity;
    cluster: Cluster;
    names: Names;
    config: Pick<Config, "namespaces">;
  },
): Promise<Fact<IamFact>> {
  const { caller, cluster, names, config } = of;
  const policyArn = `arn:${caller.partition}:iam::${caller.account}:policy/${names.policy}`;
  return readFact(async () => {
    const [policy, role, provider, associations] = await Promise.all([
      identity.findPolicy(policyArn),
      identity.findRole(names.role),
      cluster.oidcIssuer === undefined ? undefined : identity.findOidcProvider(cluster.oidcIssuer),
      identity.listAssociations(cluster.name, {
        namespace: config.namespaces.externalDns,
        serviceAccount: names.serviceAccount,
      }),
    ]);
    const owned = <T extends { tags: Record<string, string> }>({ tags, ...rest }: T) => ({
      ...rest,
      owner: findAwsOwner(tags, names.installation),
    });
    const [association] = associations;
    return {
      policy: policy && owned({ arn: policy.arn, tags: policy.tags }),
      role: role && owned({ arn: role.arn, tags: role.tags }),
      oidcProvider:
        provider &&
        owned({ arn: provider.arn, clientIds: provider.clientIds, tags: provider.tags }),
      association:
        association &&
        owned({ id: association.id, roleArn: association.roleArn, tags: association.tags }),
    };
  });
}
