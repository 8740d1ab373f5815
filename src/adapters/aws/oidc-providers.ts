import type { Identity, OidcProvider } from "../../ports/aws.ts";
import { adopt } from "./adopt.ts";
import { expectField, findOrAbsent } from "./ask.ts";
import type { Services } from "./services.ts";
import { fromIamTags, toIamTags } from "./tags.ts";

type OidcProviders = Pick<
  Identity,
  "findOidcProvider" | "createOidcProvider" | "deleteOidcProvider"
>;

const AUDIENCE = "sts.amazonaws.com";

/** OIDC providers for IRSA; `arnOf` gives the ARN of one by its URL without `https://`. */
export function createOidcProviders(
  services: Services,
  arnOf: (url: string) => Promise<string>,
): OidcProviders {
  const find = async (issuer: string) => {
    const url = issuer.replace(/^https:\/\//, "");
    return findProvider(services, url, await arnOf(url));
  };
  return {
    findOidcProvider: find,
    async createOidcProvider({ issuer, tags }) {
      const url = issuer.replace(/^https:\/\//, "");
      const creation = createProvider(services, { issuer: url, tags });
      const [provider] = await adopt(creation, tags, `The IAM OIDC provider ${url}`, () =>
        find(url),
      );
      return provider;
    },
    async deleteOidcProvider(arn) {
      await findOrAbsent(
        services.iam(
          { action: "iam:DeleteOpenIDConnectProvider", resource: arn },
          ({ client, sdk }) =>
            client.send(
              new sdk.DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }),
            ),
        ),
      );
    },
  };
}

async function findProvider(
  { iam }: Services,
  url: string,
  arn: string,
): Promise<OidcProvider | undefined> {
  const reply = await findOrAbsent(
    iam({ action: "iam:GetOpenIDConnectProvider", resource: arn }, ({ client, sdk }) =>
      client.send(new sdk.GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn })),
    ),
  );
  if (reply === undefined) return undefined;
  return { arn, url, clientIds: reply.ClientIDList ?? [], tags: fromIamTags(reply.Tags) };
}

/** Without thumbprints: IAM trusts the certificate authorities of EKS's issuers by itself. */
async function createProvider(
  { iam }: Services,
  { issuer: url, tags }: Parameters<Identity["createOidcProvider"]>[0],
): Promise<OidcProvider> {
  const input = { Url: `https://${url}`, ClientIDList: [AUDIENCE], Tags: toIamTags(tags) };
  const operation = { action: "iam:CreateOpenIDConnectProvider", resource: url };
  const reply = await iam(operation, ({ client, sdk }) =>
    client.send(new sdk.CreateOpenIDConnectProviderCommand(input)),
  );
  const arn = expectField(reply.OpenIDConnectProviderArn, "OpenIDConnectProviderArn");
  return { arn, url, clientIds: [AUDIENCE], tags };
}
