import type { Cluster, Tags } from "../../../src/ports/aws.ts";
import type { AccountFixture, ZoneFixture } from "../../contract/aws/account.ts";

export interface PolicyState {
  arn: string;
  name: string;
  tags: Tags;
  /** JSON, as it was sent. */
  versions: { id: string; document: string; isDefault: boolean }[];
  created: number;
}

export interface RoleState {
  arn: string;
  name: string;
  trust: string;
  description: string;
  permissionsBoundary: string | undefined;
  tags: Tags;
  attached: string[];
  inline: string[];
}

export interface ProviderState {
  arn: string;
  url: string;
  clientIds: string[];
  tags: Tags;
}

export interface AssociationState {
  id: string;
  namespace: string;
  serviceAccount: string;
  roleArn: string;
  tags: Tags;
}

export interface ClusterState {
  cluster: Cluster;
  addons: { name: string; version: string; status: string; tags: Tags }[];
  associations: AssociationState[];
}

/** One AWS account: data only, so that it can be copied. */
export interface Account {
  caller: AccountFixture["caller"];
  pageSize: number;
  /** Counts what was made, for ids. */
  serial: number;
  policies: PolicyState[];
  roles: RoleState[];
  providers: ProviderState[];
  clusters: ClusterState[];
  zones: ZoneFixture[];
}

export function createAccount(fixture: AccountFixture, pageSize: number): Account {
  return structuredClone({
    caller: fixture.caller,
    pageSize,
    serial: 0,
    policies: [],
    roles: [],
    providers: [],
    clusters: fixture.clusters.map((cluster) => ({ cluster, addons: [], associations: [] })),
    zones: [...fixture.zones],
  });
}

export function arnOf({ caller }: Account, kind: string, name: string): string {
  return `arn:${caller.partition}:iam::${caller.account}:${kind}/${name}`;
}
