import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, list, stringMap, text } from "../../../src/sandbox/fields.ts";
import type { Authority } from "../../support/tls.ts";
import type { AwsAccount } from "../aws/account.ts";
import type { Aws } from "../aws/aws.ts";
import { type Listening, listenJson } from "../https.ts";
import type { ApiClient } from "../kubernetes/client.ts";

/** Audience of the token, its volume and where the container finds it, by kind of identity. */
export const injected = {
  irsa: {
    audience: "sts.amazonaws.com",
    volume: "aws-iam-token",
    folder: "/var/run/secrets/eks.amazonaws.com/serviceaccount",
    file: "token",
  },
  podIdentity: {
    audience: "pods.eks.amazonaws.com",
    volume: "eks-pod-identity-token",
    folder: "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount",
    file: "eks-pod-identity-token",
  },
} as const;

const AGENT = "http://169.254.170.23/v1/credentials";
const ROLE = "eks.amazonaws.com/role-arn";

type Injected = (typeof injected)[keyof typeof injected];

/**
 * EKS's pod-identity-webhook: gives a new pod the variables and the token of its ServiceAccount's
 * role, by annotation (IRSA) or by association (Pod Identity). A pod keeps what it was made with.
 */
export function startIdentityWebhook(
  authority: Authority,
  { client, aws, account }: { client: ApiClient; aws: Aws; account: AwsAccount },
): Promise<Listening> {
  const answer = async (body: string): Promise<unknown> => {
    const { request }: { request: { uid: string; namespace: string; object: KubernetesObject } } =
      JSON.parse(body);
    const name = text(at(request.object, "spec", "serviceAccountName")) || "default";
    const path = `/api/v1/namespaces/${request.namespace}/serviceaccounts/${name}`;
    const role = stringMap((await client.get(path))?.metadata.annotations)[ROLE];
    const associated = aws.view.findAssociation(request.namespace, name) !== undefined;
    const patch = aws.missesPods
      ? []
      : role !== undefined
        ? inject(request.object, injected.irsa, irsaVariables(role, account))
        : associated
          ? inject(request.object, injected.podIdentity, podIdentityVariables(account))
          : [];
    const encoded = Buffer.from(JSON.stringify(patch)).toString("base64");
    const response = {
      uid: request.uid,
      allowed: true,
      ...(patch.length === 0 ? {} : { patchType: "JSONPatch", patch: encoded }),
    };
    return { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response };
  };
  return listenJson(authority, answer);
}

function irsaVariables(role: string, { region }: AwsAccount): Record<string, string> {
  const { folder, file } = injected.irsa;
  return {
    AWS_STS_REGIONAL_ENDPOINTS: "regional",
    AWS_DEFAULT_REGION: region,
    AWS_REGION: region,
    AWS_ROLE_ARN: role,
    AWS_WEB_IDENTITY_TOKEN_FILE: `${folder}/${file}`,
  };
}

function podIdentityVariables({ region }: AwsAccount): Record<string, string> {
  const { folder, file } = injected.podIdentity;
  return {
    AWS_STS_REGIONAL_ENDPOINTS: "regional",
    AWS_DEFAULT_REGION: region,
    AWS_REGION: region,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: AGENT,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: `${folder}/${file}`,
  };
}

function inject(pod: KubernetesObject, kind: Injected, variables: Record<string, string>) {
  const token = { path: kind.file, audience: kind.audience, expirationSeconds: 86_400 };
  const volume = {
    name: kind.volume,
    projected: { sources: [{ serviceAccountToken: token }] },
  };
  const mount = { name: kind.volume, mountPath: kind.folder, readOnly: true };
  const set = (path: string, value: unknown) => ({ op: "add", path, value });
  return [
    set("/spec/volumes", [...list(at(pod, "spec", "volumes")), volume]),
    ...list(at(pod, "spec", "containers")).flatMap((container, index) => {
      const env = list(container["env"]);
      // What the pod's owner has set stays.
      const added = Object.entries(variables)
        .filter(([name]) => env.every((one) => one["name"] !== name))
        .map(([name, value]) => ({ name, value }));
      const mounts = [...list(container["volumeMounts"]), mount];
      return [
        set(`/spec/containers/${index}/env`, [...env, ...added]),
        set(`/spec/containers/${index}/volumeMounts`, mounts),
      ];
    }),
  ];
}
