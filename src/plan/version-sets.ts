import type { ChartName, VersionSetName } from "../config/config.ts";

export interface ChartVersion {
  chart: string;
  repository?: string;
  version: string;
  appVersion: string;
}

/** One tested combination; evidence for each pin is in docs/compatibility.md. */
export interface VersionSet {
  name: VersionSetName;
  /** `crds`: names of the CustomResourceDefinitions that the bundle holds. */
  gatewayApi: { version: string; url: string; sha256: string; crds: readonly string[] };
  charts: Record<ChartName, ChartVersion>;
  /** Kubernetes minors of 1.x, both inclusive. */
  kubernetes: { from: number; to: number };
  /** Lowest helm that has what we use. */
  helm: string;
  identities: readonly ("pod-identity" | "irsa")[];
}
