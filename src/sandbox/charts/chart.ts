import type { JsonObject } from "../../json.ts";
import type { KubernetesObject } from "../../ports/kubernetes.ts";

/** What a chart's templates see: `.Release`, `.Chart` and `.Values`. */
export interface ReleaseFacts {
  name: string;
  namespace: string;
  version: string;
  appVersion: string;
  values: JsonObject;
}

/** A chart that the sandbox knows: its versions, its values' schema, and what it renders. */
export interface SandboxChart {
  name: string;
  /** Chart version -> app version, newest last; other versions are served alike. */
  versions: Record<string, string>;
  /** What is wrong with the values, in helm's words; empty when nothing is. */
  check(version: string, values: JsonObject): string[];
  render(release: ReleaseFacts): KubernetesObject[];
}

/** `release-chart`, or the release's name where it holds the chart's: every chart's fullname. */
export function fullName(release: string, chart: string): string {
  return release.includes(chart) ? release : `${release}-${chart}`;
}

/** The labels that `helm create` gives a chart; `component` where one has several Deployments. */
export function chartLabels(
  { name, version, appVersion }: ReleaseFacts,
  chart: string,
  component = chart,
): Record<string, string> {
  return {
    "app.kubernetes.io/name": component,
    "app.kubernetes.io/instance": name,
    "app.kubernetes.io/version": appVersion,
    "app.kubernetes.io/managed-by": "Helm",
    "helm.sh/chart": `${chart}-${version}`.replaceAll("+", "_"),
  };
}

/** A Deployment as charts render it. */
export function chartDeployment(
  release: ReleaseFacts,
  deployment: {
    name: string;
    labels: Record<string, string>;
    serviceAccount: string;
    image: string;
    args: string[];
    container: string;
  },
): KubernetesObject {
  const { name, labels, serviceAccount, image, args, container } = deployment;
  const selector = {
    "app.kubernetes.io/name": labels["app.kubernetes.io/name"] ?? name,
    "app.kubernetes.io/instance": release.name,
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: release.namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: { ...labels, ...selector } },
        spec: {
          serviceAccountName: serviceAccount,
          containers: [{ name: container, image, args }],
        },
      },
    },
  };
}

export function chartServiceAccount(
  { namespace }: ReleaseFacts,
  name: string,
  labels: Record<string, string>,
  annotations: Record<string, string> = {},
): KubernetesObject {
  const metadata = { name, namespace, labels };
  const some = Object.keys(annotations).length > 0;
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: some ? { ...metadata, annotations } : metadata,
    automountServiceAccountToken: true,
  };
}
