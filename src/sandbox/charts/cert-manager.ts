import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { at, fields } from "../fields.ts";
import {
  chartDeployment,
  chartLabels,
  chartServiceAccount,
  fullName,
  type ReleaseFacts,
  type SandboxChart,
} from "./chart.ts";
import { buildCrd } from "./crd.ts";
import { checkValues, keysOf, type ValueSchema } from "./values-schema.ts";

const CHART = "cert-manager";

/** From the chart's values.schema.json (1.21): no key that it does not list. */
const schema: ValueSchema = {
  keys: {
    ...keysOf(`acmesolver affinity approveSignerNames automountServiceAccountToken cainjector
      clusterResourceNamespace config containerSecurityContext creator deploymentAnnotations
      disableAutoApproval dns01RecursiveNameservers dns01RecursiveNameserversOnly
      enableCertificateOwnerRef enableServiceLinks enabled extraArgs extraContainers extraEnv
      extraObjects featureGates fullnameOverride global hostAliases image imageNamespace
      imagePullSecrets imageRegistry ingressShim livenessProbe maxConcurrentChallenges nameOverride
      namespace networkPolicy nodeSelector podAnnotations podDisruptionBudget podDnsConfig
      podDnsPolicy podLabels prometheus resources runtimeClassName securityContext serviceAccount
      serviceAnnotations serviceIPFamilies serviceIPFamilyPolicy serviceLabels startupapicheck
      strategy tolerations topologySpreadConstraints volumeMounts volumes webhook`),
    installCRDs: "boolean",
    replicaCount: "integer",
    crds: { keys: keysOf("enabled keep", "boolean") },
  },
};

const CRDS = [
  { group: "cert-manager.io", kind: "Certificate", plural: "certificates" },
  { group: "cert-manager.io", kind: "CertificateRequest", plural: "certificaterequests" },
  { group: "cert-manager.io", kind: "Issuer", plural: "issuers" },
  { group: "cert-manager.io", kind: "ClusterIssuer", plural: "clusterissuers" },
  { group: "acme.cert-manager.io", kind: "Order", plural: "orders" },
  { group: "acme.cert-manager.io", kind: "Challenge", plural: "challenges" },
];

const minorOf = (version: string): number => Number(version.replace(/^v/, "").split(".")[1] ?? 0);

/** Its values.schema.json came with 1.16: an older chart takes any values. */
export const certManagerChart: SandboxChart = {
  name: CHART,
  versions: { "v1.15.3": "v1.15.3", "v1.21.1": "v1.21.1" },
  check: (version, values) => (minorOf(version) < 16 ? [] : checkValues(schema, values)),
  render: (release) => {
    const { values } = release;
    const wantsCrds = at(values, "crds", "enabled") === true || values["installCRDs"] === true;
    const name = fullName(release.name, CHART);
    return [
      ...(wantsCrds ? crds(release) : []),
      ...component(release, name, "controller", configArgs(release)),
      ...(at(values, "cainjector", "enabled") === false
        ? []
        : component(release, `${name}-cainjector`, "cainjector", [])),
      ...component(release, `${name}-webhook`, "webhook", []),
    ];
  },
};

function crds(release: ReleaseFacts): KubernetesObject[] {
  const labels = { ...chartLabels(release, CHART), "app.kubernetes.io/component": "crds" };
  const annotations = { "helm.sh/resource-policy": "keep" };
  const keep = at(release.values, "crds", "keep") !== false;
  return CRDS.map((crd) =>
    buildCrd(
      { ...crd, versions: ["v1"], namespaced: crd.kind !== "ClusterIssuer" },
      keep ? { labels, annotations } : { labels },
    ),
  );
}

function component(
  release: ReleaseFacts,
  name: string,
  part: string,
  args: string[],
): KubernetesObject[] {
  const own = part === "controller" ? CHART : part;
  const labels = {
    ...chartLabels(release, CHART, own),
    app: own,
    "app.kubernetes.io/component": part,
  };
  const deployment = chartDeployment(release, {
    name,
    labels,
    serviceAccount: name,
    image: `quay.io/jetstack/cert-manager-${part}:${release.appVersion}`,
    args,
    container: `cert-manager-${part}`,
  });
  return [chartServiceAccount(release, name, labels), deployment];
}

/** The chart mounts `config` as a file; what of it matters here is shown as an argument. */
function configArgs({ values, namespace }: ReleaseFacts): string[] {
  const config = Object.keys(fields(values["config"])).length > 0;
  const file = config ? ["--config=/var/cert-manager/config/config.yaml"] : [];
  return ["--v=2", `--cluster-resource-namespace=${namespace}`, ...file];
}
