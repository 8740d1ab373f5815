import type { JsonObject } from "../json.ts";

/** As helm spells them; a word that it does not have yet is `unknown`. */
export type ReleaseStatus =
  | "deployed"
  | "failed"
  | "superseded"
  | "uninstalling"
  | "uninstalled"
  | "pending-install"
  | "pending-upgrade"
  | "pending-rollback"
  | "unknown";

/** The newest revision of a helm release. */
export interface Release {
  name: string;
  namespace: string;
  revision: number;
  status: ReleaseStatus;
  /** The chart's own name, `cert-manager`. */
  chart: string;
  chartVersion: string;
  appVersion: string;
  /** User-supplied values only. */
  values: JsonObject;
  /** Labels of the release (`helm upgrade --labels`). */
  labels: Record<string, string>;
  /** ISO 8601. */
  updatedAt: string;
}

/** One `helm upgrade --install`. */
export interface ReleaseRequest {
  name: string;
  namespace: string;
  /** A path, a URL of an archive, or an OCI reference; with `repository`, a chart's name. */
  chart: string;
  /** An HTTP chart repository's URL. */
  repository?: string;
  /** The chart's; left out where `chart` says it: an archive, or a tag or digest of OCI. */
  version?: string;
  /** On top of the chart's defaults; nothing of an earlier revision is reused. */
  values: JsonObject;
  labels: Record<string, string>;
  /** How long helm waits for what it installs to be ready. */
  timeLimitMs: number;
}

/** The helm releases of a cluster. */
export interface Charts {
  /** The newest revision of every release in the cluster. Starts no process. */
  list(): Promise<Release[]>;
  /** `helm upgrade --install --wait`; values go to its standard input. */
  apply(
    request: ReleaseRequest,
    options: { signal: AbortSignal; onProgress?: (message: string) => void },
  ): Promise<void>;
  /** To the newest deployed revision, for a release stuck in `pending-upgrade`. */
  rollback(name: string, namespace: string): Promise<void>;
  /** An absent release is fine. */
  uninstall(name: string, namespace: string): Promise<void>;
}
