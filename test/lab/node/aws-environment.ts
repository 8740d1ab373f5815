import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, stringMap, text } from "../../../src/sandbox/fields.ts";
import type { Aws } from "../aws/aws.ts";
import type { ApiClient } from "../kubernetes/client.ts";
import { requestToken } from "./pod-files.ts";

const ROLE = "eks.amazonaws.com/role-arn";

/**
 * What EKS's webhook puts into a pod when it is created: a role by the ServiceAccount's annotation
 * (IRSA), else the agent's address if there is an association (Pod Identity), else nothing, and
 * then the SDK finds the node's role. A pod keeps what it was created with.
 */
export async function buildAwsEnvironment(
  client: ApiClient,
  aws: Pick<Aws, "view" | "credentialsUrl" | "proxy">,
  pod: KubernetesObject,
  folder: string,
): Promise<Record<string, string>> {
  const common = {
    AWS_ENDPOINT_URL: aws.proxy.url,
    // The Go SDK leaves the general one out for the STS client behind its web identity.
    AWS_ENDPOINT_URL_STS: aws.proxy.url,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: aws.credentialsUrl,
  };
  const { namespace = "" } = pod.metadata;
  const name = text(at(pod, "spec", "serviceAccountName")) || "default";
  const account = await client.get(`/api/v1/namespaces/${namespace}/serviceaccounts/${name}`);
  const role = stringMap(account?.metadata.annotations)[ROLE];
  const file = join(folder, "token");
  if (role !== undefined) {
    writeFileSync(file, await requestToken(client, pod, "sts.amazonaws.com"), { mode: 0o600 });
    return { ...common, AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: file };
  }
  if (aws.view.findAssociation(namespace, name) === undefined) return common;
  writeFileSync(file, await requestToken(client, pod, "pods.eks.amazonaws.com"), { mode: 0o600 });
  return {
    ...common,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.credentialsUrl}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
  };
}
