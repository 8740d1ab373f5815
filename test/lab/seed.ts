import { COLLEAGUES, READERS } from "./aws/account.ts";
import type { ApiClient } from "./kubernetes/client.ts";

interface Workload {
  namespace: string;
  name: string;
  image: string;
  servicePort?: number;
}

interface Webhook {
  configuration: string;
  name: string;
  resource: "pods" | "services";
  url: string;
  failurePolicy: "Fail" | "Ignore";
  labels: Record<string, string>;
  /** PEM. */
  ca: string;
}

/** What runs in the cluster before gateway-tls comes: somebody's shop, and AWS's controller. */
export async function seedCluster(
  client: ApiClient,
  webhooks: { services: string; pods: string; ca: string },
): Promise<void> {
  const { ca } = webhooks;
  await createWebhook(client, {
    configuration: "pod-identity-webhook",
    name: "iam-for-pods.amazonaws.com",
    resource: "pods",
    url: webhooks.pods,
    failurePolicy: "Ignore",
    labels: {},
    ca,
  });
  await client.create("/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "shop" },
  });
  const reads = ["get", "list", "watch"];
  await admit(client, READERS, reads);
  await admit(client, COLLEAGUES, [...reads, "create", "update", "patch", "delete"]);
  const name = "aws-load-balancer-controller";
  const image = `public.ecr.aws/eks/${name}:v2.14.1`;
  await createWorkload(client, { namespace: "kube-system", name, image });
  const shop = { namespace: "shop", image: "public.ecr.aws/docker/library/httpd:2.4" };
  await createWorkload(client, { ...shop, name: "web", servicePort: 80 });
  await createWorkload(client, { ...shop, name: "api", servicePort: 8080 });
  await createWebhook(client, {
    configuration: "aws-load-balancer-webhook",
    name: "mservice.elbv2.k8s.aws",
    resource: "services",
    url: webhooks.services,
    failurePolicy: "Fail",
    labels: { "app.kubernetes.io/name": name },
    ca,
  });
}

/** A group that may do this to everything. */
async function admit(client: ApiClient, group: string, verbs: readonly string[]): Promise<void> {
  const rbac = { apiVersion: "rbac.authorization.k8s.io/v1", metadata: { name: group } };
  await client.create("/apis/rbac.authorization.k8s.io/v1/clusterroles", {
    ...rbac,
    kind: "ClusterRole",
    rules: [{ apiGroups: ["*"], resources: ["*"], verbs }],
  });
  const apiGroup = "rbac.authorization.k8s.io";
  await client.create("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
    ...rbac,
    kind: "ClusterRoleBinding",
    roleRef: { apiGroup, kind: "ClusterRole", name: group },
    subjects: [{ apiGroup, kind: "Group", name: group }],
  });
}

async function createWorkload(client: ApiClient, workload: Workload): Promise<void> {
  const { namespace, name, image, servicePort } = workload;
  const labels = { "app.kubernetes.io/name": name };
  const metadata = { name, namespace, labels };
  await client.create(`/apis/apps/v1/namespaces/${namespace}/deployments`, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name, image }] } },
    },
  });
  if (servicePort === undefined) return;
  const ports = [{ name: "http", port: servicePort, targetPort: 8080 }];
  await client.create(`/api/v1/namespaces/${namespace}/services`, {
    apiVersion: "v1",
    kind: "Service",
    metadata,
    spec: { selector: labels, ports },
  });
}

async function createWebhook(
  client: ApiClient,
  { configuration, labels, name, resource, url, failurePolicy, ca }: Webhook,
): Promise<void> {
  const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"] };
  await client.create("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations", {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: { name: configuration, labels },
    webhooks: [
      {
        name,
        admissionReviewVersions: ["v1"],
        clientConfig: { url: `${url}/mutate`, caBundle: Buffer.from(ca).toString("base64") },
        failurePolicy,
        sideEffects: "None",
        rules: [{ ...rule, resources: [resource] }],
      },
    ],
  });
}
