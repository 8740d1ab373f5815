import type { ChartName, Config, Host } from "../config/config.ts";
import type { CallerIdentity, Cluster, HostedZone, PolicyDocument, Tags } from "../ports/aws.ts";
import type { ReleaseRequest } from "../ports/charts.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";
import type { StepId } from "./step-id.ts";
import type { Names } from "./names.ts";
import type { Templates } from "./template.ts";
import type { VersionSet } from "./version-sets.ts";

/** What of the facts decides names, values and manifests. */
export interface Environment {
  caller: CallerIdentity;
  cluster: Cluster;
  zone: HostedZone;
  identityMode: "pod-identity" | "irsa";
  loadBalancer: "lbc" | "auto-mode" | "in-tree";
  /** EKS Auto Mode or an active agent add-on: no add-on of ours is needed. */
  podIdentityAgentPresent: boolean;
  /** A cert-manager of others, with Gateway API on, that is used as it is: "v1.20.2 of cert-manager/cert-manager". */
  foreignCertManager: string | undefined;
}

/** What init found of one thing that must exist. */
export type Intent = "create" | "update" | "delete" | "keep" | "foreign";

/** One thing that a run makes, changes, removes or leaves as it is. */
export interface PlanItem {
  step: StepId;
  /** `IAM policy`, `Gateway`, `helm release`: as a reader would say it. */
  kind: string;
  /** `namespace/name`, a name, or an ARN. */
  name: string;
  intent: Intent;
  /** What changes, for `update`: `spec.listeners[https]`, `chart 1.20.0 -> 1.21.1`. */
  fields?: string[];
  /** Whose it is: for `foreign` (stop), or for a `keep` of something that is not ours. */
  owner?: string;
  /** Why it stays although the run removes or updates things: "ServiceAccount shop/web uses it". */
  reason?: string;
  /** What will be there: the manifest, policy document or chart values, for `--output json|yaml`. */
  document?: unknown;
}

/** What lets ExternalDNS write into Route 53: a role, and what ties its ServiceAccount to it. */
export interface DesiredIdentity {
  mode: Environment["identityMode"];
  policy: { name: string; arn: string; document: PolicyDocument };
  role: { name: string; arn: string; description: string; trust: PolicyDocument };
  /** The issuer URL, for IRSA. */
  oidcIssuer: string | undefined;
  /** Add the EKS Pod Identity agent add-on. */
  agentAddon: boolean;
  namespace: KubernetesObject;
  serviceAccount: KubernetesObject;
  tags: Tags;
}

/** Everything one host needs, in each of its phases. */
export interface DesiredHost {
  host: Host;
  /** The HTTPS listener of the Gateway, as an entry of `spec.listeners`. */
  listener: Record<string, unknown> & { name: string };
  /** Also the Certificate's name, given by cert-manager's gateway-shim. */
  secretName: string;
  /** The backend's route on port 80 only: before there is a certificate. */
  bootstrapRoute: KubernetesObject;
  /** The backend's route once the certificate is served: HTTPS only, or both without a redirect. */
  route: KubernetesObject;
  /** Port 80 to HTTPS; absent with `--no-redirect`. */
  redirectRoute: KubernetesObject | undefined;
}

/** What must exist: data only. No other code decides a name. */
export interface Plan {
  config: Config;
  environment: Environment;
  /** For what is rendered later: the rehearsal's route. */
  templates: Templates;
  /** `<account>/<region>/<cluster>`. */
  installation: string;
  names: Names;
  versions: VersionSet;
  identity: DesiredIdentity;
  crds: { source: string; sha256: string | undefined; version: string };
  releases: Record<ChartName, ReleaseRequest>;
  /** `gateway-tls-staging` and `gateway-tls-production`. */
  issuers: { staging: KubernetesObject; production: KubernetesObject };
  /** One Namespace object per part; `own` holds the kept config and the Lease. */
  namespaces: Record<
    "own" | "gateway" | "externalDns" | "gatewayController" | "certManager" | "sampleApp",
    KubernetesObject
  >;
  /** The Gateway with its HTTP listener only and no issuer annotation. */
  gateway: KubernetesObject;
  /** Namespace, Deployment and Service of `coffee`; empty without the sample app. */
  sampleApp: KubernetesObject[];
  hosts: DesiredHost[];
  /** Hosts that the config no longer has and that `remove-host` takes away. */
  leaving?: DesiredHost[];
  /** The kept config: ConfigMap `gateway-tls`. */
  keptConfig: KubernetesObject;
}
