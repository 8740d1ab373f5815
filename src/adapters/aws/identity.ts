import type { Caller, CallerIdentity, Identity } from "../../ports/aws.ts";
import { createAssociations } from "./associations.ts";
import { createOidcProviders } from "./oidc-providers.ts";
import { createPolicies } from "./policies.ts";
import { createRoles } from "./roles.ts";
import type { Services } from "./services.ts";

/** IAM and Pod Identity. The caller is asked once, for the ARNs of what is known by name only. */
export function createIdentity(services: Services, caller: Caller): Identity {
  let identity: Promise<CallerIdentity> | undefined;
  const identify = async () => {
    identity ??= caller.identify();
    try {
      return await identity;
    } catch (error) {
      identity = undefined;
      throw error;
    }
  };
  const arnOf = async (kind: string, name: string) => {
    const { partition, account } = await identify();
    return `arn:${partition}:iam::${account}:${kind}/${name}`;
  };
  return {
    ...createPolicies(services, (name) => arnOf("policy", name)),
    ...createRoles(services),
    ...createOidcProviders(services, (url) => arnOf("oidc-provider", url)),
    ...createAssociations(services, caller),
  };
}
