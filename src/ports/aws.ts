/** AWS as gateway-tls needs it. Absence is `undefined`, failure is a classified UserError. */

export interface CallerIdentity {
  /** Twelve digits. */
  account: string;
  arn: string;
  /** `aws`, `aws-cn`, `aws-us-gov`: from the caller's ARN, for every ARN that we build. */
  partition: string;
  region: string;
}

export interface Caller {
  identify(): Promise<CallerIdentity>;
}

export interface Cluster {
  name: string;
  arn: string;
  region: string;
  /** `ACTIVE`, `CREATING`, `UPDATING`, `DELETING`, `FAILED`, ... */
  status: string;
  /** Kubernetes minor, as EKS spells it: `1.34`. */
  version: string;
  endpoint: string | undefined;
  /** Base64 of the PEM, as kubeconfig wants it. */
  certificateAuthority: string | undefined;
  /** The OIDC issuer URL, with `https://`. */
  oidcIssuer: string | undefined;
  /** EKS Auto Mode runs the nodes (computeConfig.enabled): the Pod Identity agent is built in. */
  autoModeCompute: boolean;
  /** EKS Auto Mode runs load balancers (kubernetesNetworkConfig.elasticLoadBalancing.enabled). */
  autoModeLoadBalancing: boolean;
}

export interface Addon {
  name: string;
  version: string;
  status: string;
  tags: Record<string, string>;
}

export interface Clusters {
  /** Names of the clusters in the caller's region, all pages. */
  list(): Promise<string[]>;
  find(name: string): Promise<Cluster | undefined>;
  listAddons(cluster: string): Promise<Addon[]>;
  createAddon(cluster: string, name: string, tags: Record<string, string>): Promise<void>;
  deleteAddon(cluster: string, name: string): Promise<void>;
}

export interface PolicyStatement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal?: Record<string, string | string[]>;
  Action: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

export interface PolicyDocument {
  Version: "2012-10-17";
  Statement: PolicyStatement[];
}

export type Tags = Record<string, string>;

export interface Policy {
  arn: string;
  name: string;
  document: PolicyDocument;
  tags: Tags;
  /** How many users, groups and roles it is attached to. */
  attachmentCount: number;
}

export interface Role {
  arn: string;
  name: string;
  trust: PolicyDocument;
  tags: Tags;
  attachedPolicyArns: string[];
  inlinePolicyNames: string[];
}

export interface OidcProvider {
  arn: string;
  /** The issuer URL, without `https://`, as IAM stores it. */
  url: string;
  clientIds: string[];
  tags: Tags;
}

export interface PodIdentityAssociation {
  id: string;
  namespace: string;
  serviceAccount: string;
  roleArn: string;
  tags: Tags;
}

export interface Simulation {
  roleArn: string;
  action: string;
  resource: string;
  /** IAM context keys and their values. */
  context?: Record<string, string[]>;
}

export interface Identity {
  findPolicy(arn: string): Promise<Policy | undefined>;
  createPolicy(policy: { name: string; document: PolicyDocument; tags: Tags }): Promise<Policy>;
  /** Adds a version, makes it the default, and deletes the oldest one when five exist. */
  updatePolicy(arn: string, document: PolicyDocument): Promise<void>;
  deletePolicy(arn: string): Promise<void>;

  findRole(name: string): Promise<Role | undefined>;
  createRole(role: {
    name: string;
    description: string;
    trust: PolicyDocument;
    tags: Tags;
    permissionsBoundary?: string;
  }): Promise<Role>;
  updateTrust(roleName: string, trust: PolicyDocument): Promise<void>;
  attachPolicy(roleName: string, policyArn: string): Promise<void>;
  detachPolicy(roleName: string, policyArn: string): Promise<void>;
  deleteRole(name: string): Promise<void>;
  /** Names of all roles of the account whose trust policy names this principal's ARN. */
  listRolesTrusting(principalArn: string): Promise<string[]>;

  /** `issuer` with or without `https://`. */
  findOidcProvider(issuer: string): Promise<OidcProvider | undefined>;
  createOidcProvider(provider: { issuer: string; tags: Tags }): Promise<OidcProvider>;
  deleteOidcProvider(arn: string): Promise<void>;

  listAssociations(
    cluster: string,
    filter: { namespace?: string; serviceAccount?: string },
  ): Promise<PodIdentityAssociation[]>;
  createAssociation(association: {
    cluster: string;
    namespace: string;
    serviceAccount: string;
    roleArn: string;
    tags: Tags;
  }): Promise<PodIdentityAssociation>;
  updateAssociation(cluster: string, id: string, roleArn: string): Promise<void>;
  deleteAssociation(cluster: string, id: string): Promise<void>;

  /** SimulatePrincipalPolicy, one verdict per simulation, in order. */
  simulate(simulations: readonly Simulation[]): Promise<("allowed" | "denied")[]>;
}

export interface HostedZone {
  /** Without `/hostedzone/`. */
  id: string;
  /** Lower case, without the trailing dot. */
  name: string;
  private: boolean;
}

export interface ResourceRecordSet {
  /** Lower case, without the trailing dot; `\052` decoded to `*`. */
  name: string;
  type: string;
  ttlSeconds?: number;
  values: string[];
  /** An alias has no values and no TTL. */
  alias?: { target: string; hostedZoneId: string };
  /** Weighted, latency and other routed records: never ours. */
  setIdentifier?: string;
}

export interface HostedZones {
  /** Every hosted zone of the account, public and private, all pages. */
  list(): Promise<HostedZone[]>;
  find(id: string): Promise<HostedZone | undefined>;
  /** The delegation set of a public zone, lower case, without trailing dots. */
  nameServers(id: string): Promise<string[]>;
  /** Record sets; with `names`, those of the given names only. */
  listRecords(zoneId: string, names?: readonly string[]): Promise<ResourceRecordSet[]>;
  /** Deletes exactly these record sets; those that are already gone are left out. */
  deleteRecords(zoneId: string, records: readonly ResourceRecordSet[]): Promise<void>;
}
