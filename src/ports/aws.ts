/** AWS as gateway-tls needs it. Absence is `undefined`, failure is a classified UserError. */

export interface CallerIdentity {
  /** Twelve digits. */
  account: string;
  arn: string;
  /** `aws`, `aws-cn`, `aws-us-gov`: from the caller's ARN, for every ARN that we build. */
  partition: string;
  region: string;
}

/** Who the credentials belong to (STS). */
export interface Caller {
  identify(): Promise<CallerIdentity>;
}

/** One EKS cluster (DescribeCluster). */
export interface Cluster {
  name: string;
  arn: string;
  region: string;
  /** `ACTIVE`, `CREATING`, `UPDATING`, `DELETING`, `FAILED`, ... */
  status: string;
  /** Kubernetes minor, as EKS spells it: `1.34`. */
  version: string;
  /** `https://...`; `undefined` while EKS still makes the cluster, as may be the next two. */
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

/** One EKS add-on (DescribeAddon). */
export interface Addon {
  name: string;
  /** The add-on's own, `v1.3.10-eksbuild.2`; empty where EKS names none. */
  version: string;
  /** `ACTIVE`, `CREATING`, `DEGRADED`, `CREATE_FAILED`, ... */
  status: string;
  tags: Record<string, string>;
}

/**
 * EKS in the caller's region. A cluster that is not there is `GT-CLUSTER-NOT-FOUND`, but for
 * `find`.
 */
export interface Clusters {
  /** Names of the clusters in the caller's region, all pages. */
  list(): Promise<string[]>;
  find(name: string): Promise<Cluster | undefined>;
  /** All pages, each with its tags. */
  listAddons(cluster: string): Promise<Addon[]>;
  /** One that has these tags already is fine; one of others is `GT-AWS-NOT-OURS`. Not awaited. */
  createAddon(cluster: string, name: string, tags: Record<string, string>): Promise<void>;
  /** An absent add-on is fine. */
  deleteAddon(cluster: string, name: string): Promise<void>;
}

/** One statement of a policy, with IAM's own names. */
export interface PolicyStatement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal?: Record<string, string | string[]>;
  Action: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** A policy or a trust policy, decoded from its URL encoding. */
export interface PolicyDocument {
  Version: "2012-10-17";
  Statement: PolicyStatement[];
}

/** Tags of an AWS object, by key. */
export type Tags = Record<string, string>;

/** A customer managed policy, with the document of its default version. */
export interface Policy {
  arn: string;
  name: string;
  document: PolicyDocument;
  tags: Tags;
  /** How many users, groups and roles it is attached to. */
  attachmentCount: number;
}

/** An IAM role, with the names of all that it holds. */
export interface Role {
  arn: string;
  name: string;
  trust: PolicyDocument;
  tags: Tags;
  attachedPolicyArns: string[];
  inlinePolicyNames: string[];
}

/** An OpenID Connect provider of IAM, which IRSA needs. */
export interface OidcProvider {
  arn: string;
  /** The issuer URL, without `https://`, as IAM stores it. */
  url: string;
  /** The audiences that it takes; EKS's tokens are for `sts.amazonaws.com`. */
  clientIds: string[];
  tags: Tags;
}

/** Which role EKS Pod Identity gives to a ServiceAccount. */
export interface PodIdentityAssociation {
  id: string;
  namespace: string;
  serviceAccount: string;
  roleArn: string;
  tags: Tags;
}

/** One question to IAM's simulator. */
export interface Simulation {
  roleArn: string;
  action: string;
  resource: string;
  /** IAM context keys and their values. */
  context?: Record<string, string[]>;
}

/**
 * IAM, and EKS's Pod Identity. To create what is there with our tags takes it over and brings it up
 * to date; what others made is `GT-AWS-NOT-OURS`. To delete or detach what is absent is fine. IAM
 * spreads changes slowly: `GT-AWS-IAM-NOT-READY` may be tried again.
 */
export interface Identity {
  findPolicy(arn: string): Promise<Policy | undefined>;
  createPolicy(policy: { name: string; document: PolicyDocument; tags: Tags }): Promise<Policy>;
  /** Adds a version, makes it the default, and deletes the oldest one when five exist. */
  updatePolicy(arn: string, document: PolicyDocument): Promise<void>;
  /** With all its versions; one that is still attached is `GT-AWS-STILL-IN-USE`. */
  deletePolicy(arn: string): Promise<void>;

  findRole(name: string): Promise<Role | undefined>;
  createRole(role: {
    name: string;
    description: string;
    trust: PolicyDocument;
    tags: Tags;
    /** The ARN of the policy that bounds the role. */
    permissionsBoundary?: string;
  }): Promise<Role>;
  updateTrust(roleName: string, trust: PolicyDocument): Promise<void>;
  /** What is attached already is fine. */
  attachPolicy(roleName: string, policyArn: string): Promise<void>;
  detachPolicy(roleName: string, policyArn: string): Promise<void>;
  /** One that still holds a policy is `GT-AWS-STILL-IN-USE`. */
  deleteRole(name: string): Promise<void>;
  /** Names of all roles of the account whose trust policy names this principal's ARN. */
  listRolesTrusting(principalArn: string): Promise<string[]>;

  /** `issuer` with or without `https://`. */
  findOidcProvider(issuer: string): Promise<OidcProvider | undefined>;
  /** `issuer` likewise; its audience is `sts.amazonaws.com`. */
  createOidcProvider(provider: { issuer: string; tags: Tags }): Promise<OidcProvider>;
  deleteOidcProvider(arn: string): Promise<void>;

  /** All pages, those that match the whole filter. */
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

/** A hosted zone of Route 53. */
export interface HostedZone {
  /** Without `/hostedzone/`. */
  id: string;
  /** Lower case, without the trailing dot. */
  name: string;
  /** It answers inside its VPCs only. */
  private: boolean;
}

/** The records of one name and type (Route 53, ResourceRecordSet). */
export interface ResourceRecordSet {
  /** Lower case, without the trailing dot; `\052` decoded to `*`. */
  name: string;
  type: string;
  ttlSeconds?: number;
  /** As Route 53 has them: a TXT in its quotes. */
  values: string[];
  /** An alias has no values and no TTL. */
  alias?: { target: string; hostedZoneId: string };
  /** Weighted, latency and other routed records: never ours. */
  setIdentifier?: string;
}

/** Route 53: its hosted zones, and the records in them. */
export interface HostedZones {
  /** Every hosted zone of the account, public and private, all pages. */
  list(): Promise<HostedZone[]>;
  /** Also `undefined` for what cannot be an id. */
  find(id: string): Promise<HostedZone | undefined>;
  /** The delegation set of a public zone, lower case, without trailing dots. */
  nameServers(id: string): Promise<string[]>;
  /** Record sets; with `names`, those of the given names only. */
  listRecords(zoneId: string, names?: readonly string[]): Promise<ResourceRecordSet[]>;
  /** Deletes exactly these record sets; those that are already gone are left out. */
  deleteRecords(zoneId: string, records: readonly ResourceRecordSet[]): Promise<void>;
}
