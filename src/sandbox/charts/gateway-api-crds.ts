import type { KubernetesObject } from "../../ports/kubernetes.ts";
import { buildCrd } from "./crd.ts";

const GROUP = "gateway.networking.k8s.io";
const POLICY = "safe-upgrades.gateway.networking.k8s.io";

const BASE = [
  {
    kind: "GatewayClass",
    plural: "gatewayclasses",
    versions: ["v1", "v1beta1"],
    namespaced: false,
  },
  { kind: "Gateway", plural: "gateways", versions: ["v1", "v1beta1"], namespaced: true },
  { kind: "HTTPRoute", plural: "httproutes", versions: ["v1", "v1beta1"], namespaced: true },
  { kind: "ReferenceGrant", plural: "referencegrants", versions: ["v1beta1"], namespaced: true },
  { kind: "GRPCRoute", plural: "grpcroutes", versions: ["v1"], namespaced: true },
];
/** Standard since 1.5 (its release notes). */
const SINCE_1_5 = [
  { kind: "BackendTLSPolicy", plural: "backendtlspolicies", versions: ["v1"], namespaced: true },
  { kind: "ListenerSet", plural: "listenersets", versions: ["v1"], namespaced: true },
  { kind: "TLSRoute", plural: "tlsroutes", versions: ["v1"], namespaced: true },
];

/** The standard channel's objects of one version, without their schemas. */
export function buildCrdBundle(version: string): KubernetesObject[] {
  const [, minor = 0] = version.split(".").map(Number);
  const annotations = {
    "api-approved.kubernetes.io": "https://github.com/kubernetes-sigs/gateway-api",
    [`${GROUP}/bundle-version`]: `v${version}`,
    [`${GROUP}/channel`]: "standard",
  };
  const sketches = minor >= 5 ? [...BASE, ...SINCE_1_5] : BASE;
  const crds = sketches.map((sketch) => buildCrd({ group: GROUP, ...sketch }, { annotations }));
  return minor >= 5 ? [...crds, ...safeUpgrades(annotations)] : crds;
}

function safeUpgrades(annotations: Record<string, string>): KubernetesObject[] {
  const apiVersion = "admissionregistration.k8s.io/v1";
  const metadata = { name: POLICY, annotations };
  return [
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata,
      spec: { failurePolicy: "Fail", validations: [{ expression: "true" }] },
    },
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata,
      spec: { policyName: POLICY, validationActions: ["Deny"] },
    },
  ];
}
