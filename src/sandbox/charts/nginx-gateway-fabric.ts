import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { at, fields, stringMap, text } from "../fields.ts";
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

const CHART = "nginx-gateway-fabric";
const GROUP = "gateway.nginx.org";
/** `spec.controllerName` of its GatewayClass. */
export const CONTROLLER_NAME = "gateway.nginx.org/nginx-gateway-controller";

/** From the chart's values.schema.json (2.x). */
const schema: ValueSchema = {
  others: true,
  keys: {
    nginx: {
      others: true,
      keys: {
        kind: { oneOf: ["deployment", "daemonSet"] },
        service: {
          keys: {
            type: { oneOf: ["ClusterIP", "LoadBalancer", "NodePort"] },
            externalTrafficPolicy: { oneOf: ["Cluster", "Local"] },
            ...keysOf("loadBalancerClass loadBalancerIP", "string"),
            ...keysOf("loadBalancerSourceRanges nodePorts patches", "list"),
          },
        },
      },
    },
    nginxGateway: {
      others: true,
      keys: { gatewayClassName: "string", snippets: { others: true, keys: { enable: "boolean" } } },
    },
  },
};

/** The 1.x line has one data plane of its release; the 2.x line one per Gateway. */
export function isSharedDataPlane(version: string): boolean {
  return version.startsWith("1.");
}

/** Its 1.x line is taken with any values. */
export const nginxGatewayFabricChart: SandboxChart = {
  name: CHART,
  versions: { "1.4.0": "1.4.0", "2.6.7": "2.6.7" },
  check: (version, values) => (isSharedDataPlane(version) ? [] : checkValues(schema, values)),
  render: (release) => {
    const { values, version, namespace } = release;
    const name = fullName(release.name, CHART);
    const labels = chartLabels(release, CHART);
    const gatewayClass = text(at(values, "nginxGateway", "gatewayClassName")) || "nginx";
    return [
      ...crds(version),
      ...(isSharedDataPlane(version) ? [] : certGenerator(release, name, labels)),
      chartServiceAccount(release, name, labels),
      ...(isSharedDataPlane(version) ? [sharedService(release, name, labels)] : []),
      chartDeployment(release, {
        name,
        labels,
        serviceAccount: name,
        image: `ghcr.io/nginx/${CHART}:${release.appVersion}`,
        args: [
          "controller",
          `--gateway-ctlr-name=${CONTROLLER_NAME}`,
          `--gatewayclass=${gatewayClass}`,
        ],
        container: "nginx-gateway",
      }),
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "GatewayClass",
        metadata: { name: gatewayClass, labels },
        spec: {
          controllerName: CONTROLLER_NAME,
          ...(isSharedDataPlane(version)
            ? {}
            : { parametersRef: proxyConfig(`${name}-proxy-config`, namespace) }),
        },
      },
    ];
  },
};

function proxyConfig(name: string, namespace: string) {
  return { group: GROUP, kind: "NginxProxy", name, namespace };
}

/** What the Job that makes the agents' certificates runs as (templates/certs-job.yaml). */
function certGenerator(
  { values, namespace }: ReleaseFacts,
  name: string,
  labels: Record<string, string>,
): KubernetesObject[] {
  if (at(values, "certGenerator", "enable") === false) return [];
  const annotations = {
    "helm.sh/hook": "pre-install, pre-upgrade",
    "helm.sh/hook-delete-policy": "before-hook-creation",
  };
  const metadata = { name: `${name}-cert-generator`, namespace, labels, annotations };
  const rbac = { apiVersion: "rbac.authorization.k8s.io/v1", metadata };
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: metadata.name };
  const subjects = [{ kind: "ServiceAccount", name: metadata.name, namespace }];
  const verbs = ["create", "update", "get"];
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { ...rbac, kind: "Role", rules: [{ apiGroups: [""], resources: ["secrets"], verbs }] },
    { ...rbac, kind: "RoleBinding", roleRef, subjects },
  ];
}

function crds(version: string): KubernetesObject[] {
  const sketches = [
    { kind: "NginxGateway", plural: "nginxgateways", versions: ["v1alpha1"] },
    { kind: "NginxProxy", plural: "nginxproxies", versions: ["v1alpha2"] },
    { kind: "ClientSettingsPolicy", plural: "clientsettingspolicies", versions: ["v1alpha1"] },
    { kind: "ObservabilityPolicy", plural: "observabilitypolicies", versions: ["v1alpha2"] },
    ...(isSharedDataPlane(version)
      ? []
      : [{ kind: "SnippetsFilter", plural: "snippetsfilters", versions: ["v1alpha1"] }]),
  ];
  return sketches.map((sketch) => buildCrd({ group: GROUP, namespaced: true, ...sketch }));
}

function sharedService(
  { values, namespace, name: instance }: ReleaseFacts,
  name: string,
  labels: Record<string, string>,
): KubernetesObject {
  const service = fields(values["service"]);
  const annotations = stringMap(service["annotations"]);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels, annotations },
    spec: {
      type: text(service["type"]) || "LoadBalancer",
      selector: { "app.kubernetes.io/name": CHART, "app.kubernetes.io/instance": instance },
      ports: [
        { name: "http", port: 80, targetPort: 80 },
        { name: "https", port: 443, targetPort: 443 },
      ],
    },
  };
}
