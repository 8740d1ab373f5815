import type { Config } from "../config/config.ts";
import type { UserError } from "../errors.ts";
import type { CallerIdentity, Addon, Cluster } from "../ports/aws.ts";
import type { Release } from "../ports/charts.ts";
import type { Names } from "../plan/names.ts";
import type { AccessFact } from "./access.ts";
import type { CaaFact } from "./caa.ts";
import type { CertManagerFact } from "./cert-manager.ts";
import type { HostClaim } from "./claims.ts";
import type { CrdsFact } from "./crds.ts";
import type { DelegationFact } from "./delegation.ts";
import type { ExistingObject, NamespaceFact } from "./existing.ts";
import { unknown, type Fact } from "./fact.ts";
import type { GatewayClassFact } from "./gateway-classes.ts";
import type { IamFact } from "./iam.ts";
import type { KeptConfig } from "./kept-config.ts";
import type { KubernetesVersion } from "./kubernetes-version.ts";
import type { LoadBalancerFact } from "./load-balancer.ts";
import type { HostRecords } from "./records.ts";
import type { ServiceFact } from "./services.ts";
import type { ToolVersions } from "./tools.ts";
import type { ZoneFact } from "./zone.ts";

/** What AWS, DNS and this machine say: nothing here needs the cluster's API server. */
export interface AccountFacts {
  tools: Fact<ToolVersions>;
  caller: Fact<CallerIdentity>;
  cluster: Fact<Cluster | undefined>;
  clusterNames: Fact<string[]>;
  addons: Fact<Addon[]>;
  zone: Fact<ZoneFact>;
  /** Unknown without a zone, as are the two below. */
  delegation: Fact<DelegationFact>;
  caa: Fact<CaaFact>[];
  records: Fact<HostRecords[]>;
  iam: Fact<IamFact>;
}

/** What the cluster's API server says. All unknown when it could not be reached. */
export interface ClusterFacts {
  version: Fact<KubernetesVersion>;
  access: Fact<AccessFact>;
  crds: Fact<CrdsFact>;
  releases: Fact<Release[]>;
  certManagers: Fact<CertManagerFact[]>;
  loadBalancer: Fact<LoadBalancerFact>;
  gatewayClasses: Fact<GatewayClassFact[]>;
  objects: Fact<ExistingObject[]>;
  namespaces: Fact<NamespaceFact[]>;
  services: Fact<ServiceFact[]>;
  claims: Fact<HostClaim[]>;
  keptConfig: Fact<KeptConfig | undefined>;
}

/** Everything that the preflight and the plan look at. */
export type Facts = AccountFacts & ClusterFacts;

/** What names a reader needs: those of the account come from its caller. */
export type NameFor = (caller: CallerIdentity, config: Config) => Names;

/** The facts of a cluster that could not be connected to: all unknown, for that reason. */
export function unreadClusterFacts(error: UserError): ClusterFacts {
  const fact = unknown(error);
  return {
    version: fact,
    access: fact,
    crds: fact,
    releases: fact,
    certManagers: fact,
    loadBalancer: fact,
    gatewayClasses: fact,
    objects: fact,
    namespaces: fact,
    services: fact,
    claims: fact,
    keptConfig: fact,
  };
}
