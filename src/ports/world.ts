import type { Caller, Cluster, Clusters, HostedZones, Identity } from "./aws.ts";
import type { Charts } from "./charts.ts";
import type { Kubernetes } from "./kubernetes.ts";
import type { Probe, Resolver } from "./network.ts";

/** The time, and waiting: of the machine, or of the sandbox. */
export interface Clock {
  now(): Date;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Versions without a leading `v`; `undefined` when the program is not on the PATH. */
export interface Tools {
  versions(): Promise<{ kubectl: string | undefined; helm: string | undefined }>;
}

/** Files that are named by where they are: the CRD bundles. */
export interface Downloads {
  /**
   * The text of a path, an http(s) URL, or an OCI reference. With `sha256` (hex) its bytes must
   * match, or it throws `GT-DOWNLOAD-DIGEST`.
   */
  read(source: string, sha256?: string): Promise<string>;
}

/** A cluster that was connected to, and what is open for it. */
export interface ClusterConnection {
  kubernetes: Kubernetes;
  charts: Charts;
  /** Ends every child and removes the private files; safe to call twice. */
  close(): Promise<void>;
}

/** What the user gave instead of our own kubeconfig. */
export interface ClusterAccess {
  kubeconfig?: string;
  /** A name in that kubeconfig; its current one when left out. */
  context?: string;
}

/** The outside world: real adapters, or the sandbox. */
export interface World {
  caller: Caller;
  clusters: Clusters;
  identity: Identity;
  zones: HostedZones;
  resolver: Resolver;
  probe: Probe;
  tools: Tools;
  downloads: Downloads;
  clock: Clock;
  /** The cluster of EKS; `undefined` only where the user's own kubeconfig is all there is. */
  connect(cluster: Cluster | undefined, access: ClusterAccess): Promise<ClusterConnection>;
  close(): Promise<void>;
}

/** A world with its cluster connected: what steps work on. */
export type ConnectedWorld = Omit<World, "connect"> & ClusterConnection;
