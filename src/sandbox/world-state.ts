import type {
  Addon,
  Cluster,
  HostedZone,
  OidcProvider,
  PodIdentityAssociation,
  PolicyDocument,
  ResourceRecordSet,
  Tags,
} from "../ports/aws.ts";
import type { Release } from "../ports/charts.ts";
import type { KubernetesObject } from "../ports/kubernetes.ts";

/** A hosted zone, and what its parent says of it. */
export interface ZoneState extends HostedZone {
  /** Names of its servers. */
  nameServers: string[];
  records: StoredRecord[];
  /** The DS record of the parent. Hosted zones are not signed here, so it breaks the zone. */
  ds?: string;
}

/** A record set, and from when (milliseconds since 1970) the zone's servers answer with it. */
export interface StoredRecord extends ResourceRecordSet {
  visibleFrom: number;
}

/** A customer managed policy, with its default version only. */
export interface StoredPolicy {
  arn: string;
  name: string;
  document: PolicyDocument;
  tags: Tags;
}

export interface StoredRole {
  arn: string;
  name: string;
  description: string;
  trust: PolicyDocument;
  tags: Tags;
  attachedPolicyArns: string[];
  inlinePolicyNames: string[];
  permissionsBoundary?: string;
  /** IAM is eventually consistent: other services see the role from then on. */
  visibleFrom: number;
}

/** With the tags of its add-on when the association went through one. */
export interface StoredAssociation extends PodIdentityAssociation {
  cluster: string;
}

/** Clusters and roles are kept by name, add-ons by cluster, policies by ARN, zones by id. */
export interface AwsState {
  account: string;
  region: string;
  partition: string;
  callerArn: string;
  clusters: Record<string, Cluster>;
  addons: Record<string, (Addon & { activeFrom: number })[]>;
  policies: Record<string, StoredPolicy>;
  roles: Record<string, StoredRole>;
  oidcProviders: Record<string, OidcProvider>;
  associations: StoredAssociation[];
  zones: Record<string, ZoneState>;
}

/** Kept under its hostname. */
export interface LoadBalancer {
  /** `namespace/name` of its Service. */
  service: string;
  scheme: "internet-facing" | "internal";
  addresses: string[];
}

/** The newest revision, and the one to roll back to. */
export interface StoredRelease extends Release {
  deployed?: Release;
}

/** What a certificate authority remembers. */
export interface AcmeState {
  /** Certificates by their SHA-256, so that a handshake can say what is served. */
  certificates: Record<string, IssuedCertificate>;
}

/** `trusted`: its CA is one that browsers know, so not staging. */
export interface IssuedCertificate {
  issuer: string;
  names: string[];
  /** ISO 8601. */
  notBefore: string;
  notAfter: string;
  trusted: boolean;
}

/** The whole simulated world, as it is kept in the state file: plain JSON. */
export interface WorldState {
  schemaVersion: 1;
  /** Milliseconds since 1970 on the virtual clock. */
  now: number;
  faults: string[];
  /** Source of resource versions, uids and every made-up suffix. */
  counter: number;
  /** Virtual times by name: what waits for them, and what already passed. */
  timers: Record<string, number>;
  objects: Record<string, KubernetesObject>;
  /** Log lines by the uid of their Pod. */
  logs: Record<string, string[]>;
  releases: StoredRelease[];
  aws: AwsState;
  loadBalancers: Record<string, LoadBalancer>;
  acme: AcmeState;
  /** In the place of which a fault has put others, until it is mended. */
  replaced?: KubernetesObject[];
}
