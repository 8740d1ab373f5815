import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import type { Aws } from "../aws/aws.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { injected } from "./identity-webhook.ts";
import { type Container, requestToken } from "./pod-files.ts";

/**
 * The container's variables with AWS in the lab's place: the endpoint, the agent's address and
 * files for the tokens that the pod's volumes project. Without an identity of its own the SDK
 * finds the node's role.
 */
export async function buildAwsEnvironment(
  client: ApiClient,
  aws: Pick<Aws, "credentialsUrl" | "proxy">,
  { pod, container, folder }: { pod: KubernetesObject; container: Container; folder: string },
): Promise<Record<string, string>> {
  const env: Record<string, string> = {
    AWS_ENDPOINT_URL: aws.proxy.url,
    // The Go SDK leaves the general one out for the STS client behind its web identity.
    AWS_ENDPOINT_URL_STS: aws.proxy.url,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: aws.credentialsUrl,
  };
  if (container.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] !== undefined) {
    env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = `${aws.credentialsUrl}/v1/credentials`;
  }
  for (const name of ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]) {
    const path = container.env[name];
    const kind = Object.values(injected).find((one) => path === `${one.folder}/${one.file}`);
    if (kind === undefined) continue;
    mkdirSync(join(folder, kind.volume), { recursive: true });
    const file = join(folder, kind.volume, kind.file);
    writeFileSync(file, await requestToken(client, pod, kind.audience), { mode: 0o600 });
    env[name] = file;
  }
  return env;
}
