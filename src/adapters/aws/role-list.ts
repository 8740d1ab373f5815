import { expectField } from "./ask.ts";
import { collectPages } from "./paging.ts";
import type { Services } from "./services.ts";

/**
 * Names of the account's roles whose trust policy has this ARN in it. The documents of strangers
 * are searched as text: one that cannot be read may trust it all the same.
 */
export function listRolesTrusting({ iam }: Services, principalArn: string): Promise<string[]> {
  const operation = { action: "iam:ListRoles", resource: "*" };
  return collectPages(async (Marker) => {
    const page = await iam(operation, ({ client, sdk }) =>
      client.send(new sdk.ListRolesCommand({ Marker })),
    );
    const trusting = expectField(page.Roles, "Roles").filter(({ AssumeRolePolicyDocument }) =>
      decodeURIComponent(AssumeRolePolicyDocument ?? "").includes(JSON.stringify(principalArn)),
    );
    return {
      items: trusting.flatMap(({ RoleName }) => RoleName ?? []),
      marker: page.IsTruncated === true ? page.Marker : undefined,
    };
  });
}
