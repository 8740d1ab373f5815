/** How a Kubernetes kind is addressed over HTTP. */
export interface ResourceKind {
  /** `v1` for the core group, else `group/version`. */
  apiVersion: string;
  kind: string;
  /** As it stands in the path of a request: lower case. */
  plural: string;
  namespaced: boolean;
}

const kind = (
  apiVersion: string,
  name: string,
  plural: string,
  namespaced = true,
): ResourceKind => ({
  apiVersion,
  kind: name,
  plural,
  namespaced,
});

/** Every kind that gateway-tls reads or writes, by its upstream name. */
export const kinds = {
  Namespace: kind("v1", "Namespace", "namespaces", false),
  ConfigMap: kind("v1", "ConfigMap", "configmaps"),
  Secret: kind("v1", "Secret", "secrets"),
  Service: kind("v1", "Service", "services"),
  ServiceAccount: kind("v1", "ServiceAccount", "serviceaccounts"),
  Pod: kind("v1", "Pod", "pods"),
  Event: kind("v1", "Event", "events"),
  Lease: kind("coordination.k8s.io/v1", "Lease", "leases"),
  Deployment: kind("apps/v1", "Deployment", "deployments"),
  DaemonSet: kind("apps/v1", "DaemonSet", "daemonsets"),
  StatefulSet: kind("apps/v1", "StatefulSet", "statefulsets"),
  Job: kind("batch/v1", "Job", "jobs"),
  CronJob: kind("batch/v1", "CronJob", "cronjobs"),
  PersistentVolumeClaim: kind("v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
  Ingress: kind("networking.k8s.io/v1", "Ingress", "ingresses"),
  NetworkPolicy: kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"),
  ReplicaSet: kind("apps/v1", "ReplicaSet", "replicasets"),
  ReplicationController: kind("v1", "ReplicationController", "replicationcontrollers"),
  PodTemplate: kind("v1", "PodTemplate", "podtemplates"),
  ResourceQuota: kind("v1", "ResourceQuota", "resourcequotas"),
  LimitRange: kind("v1", "LimitRange", "limitranges"),
  HorizontalPodAutoscaler: kind(
    "autoscaling/v2",
    "HorizontalPodAutoscaler",
    "horizontalpodautoscalers",
  ),
  PodDisruptionBudget: kind("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"),
  Role: kind("rbac.authorization.k8s.io/v1", "Role", "roles"),
  RoleBinding: kind("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"),
  ResourceClaim: kind("resource.k8s.io/v1", "ResourceClaim", "resourceclaims"),
  ResourceClaimTemplate: kind(
    "resource.k8s.io/v1",
    "ResourceClaimTemplate",
    "resourceclaimtemplates",
  ),
  EndpointSlice: kind("discovery.k8s.io/v1", "EndpointSlice", "endpointslices"),
  CustomResourceDefinition: kind(
    "apiextensions.k8s.io/v1",
    "CustomResourceDefinition",
    "customresourcedefinitions",
    false,
  ),
  ValidatingAdmissionPolicy: kind(
    "admissionregistration.k8s.io/v1",
    "ValidatingAdmissionPolicy",
    "validatingadmissionpolicies",
    false,
  ),
  ValidatingAdmissionPolicyBinding: kind(
    "admissionregistration.k8s.io/v1",
    "ValidatingAdmissionPolicyBinding",
    "validatingadmissionpolicybindings",
    false,
  ),
  MutatingWebhookConfiguration: kind(
    "admissionregistration.k8s.io/v1",
    "MutatingWebhookConfiguration",
    "mutatingwebhookconfigurations",
    false,
  ),
  GatewayClass: kind("gateway.networking.k8s.io/v1", "GatewayClass", "gatewayclasses", false),
  Gateway: kind("gateway.networking.k8s.io/v1", "Gateway", "gateways"),
  HTTPRoute: kind("gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes"),
  GRPCRoute: kind("gateway.networking.k8s.io/v1", "GRPCRoute", "grpcroutes"),
  ClusterIssuer: kind("cert-manager.io/v1", "ClusterIssuer", "clusterissuers", false),
  Issuer: kind("cert-manager.io/v1", "Issuer", "issuers"),
  Certificate: kind("cert-manager.io/v1", "Certificate", "certificates"),
  CertificateRequest: kind("cert-manager.io/v1", "CertificateRequest", "certificaterequests"),
  Order: kind("acme.cert-manager.io/v1", "Order", "orders"),
  Challenge: kind("acme.cert-manager.io/v1", "Challenge", "challenges"),
} as const satisfies Record<string, ResourceKind>;

/** The name of a kind in `kinds`, which is its upstream name. */
export type KindName = keyof typeof kinds;

/** The kind that an object names, if it is one of ours. */
export function findKind(object: { apiVersion: string; kind: string }): ResourceKind | undefined {
  return Object.values(kinds).find(
    (known) => known.kind === object.kind && known.apiVersion === object.apiVersion,
  );
}
