import { gzipSync } from "node:zlib";
import { kinds } from "../../../src/kinds.ts";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import type { FakeCluster } from "./fake-cluster.ts";

export interface FakeRelease {
  name: string;
  namespace: string;
  revision: number;
  status: string;
  /** Default `demo` 1.0.0. */
  chart?: { name: string; version: string; appVersion: string };
  values?: unknown;
  labels?: Record<string, string>;
}

/** The Secret that helm keeps a revision in. */
export function releaseSecret(release: FakeRelease): KubernetesObject {
  const { name, namespace, revision, status, values = {}, labels = {} } = release;
  const { chart = { name: "demo", version: "1.0.0", appVersion: "9" } } = release;
  const document = {
    name,
    namespace,
    version: revision,
    info: { status, last_deployed: "2026-01-02T03:04:05.678901234Z" },
    chart: { metadata: chart },
    config: values,
  };
  return secretWith(release, gzipSync(JSON.stringify(document)).toString("base64"), {
    ...labels,
    name,
    owner: "helm",
    status,
    version: String(revision),
  });
}

/** A release's Secret with any content. */
export function secretWith(
  { name, namespace, revision }: Pick<FakeRelease, "name" | "namespace" | "revision">,
  content: string,
  labels: Record<string, string>,
): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Secret",
    type: "helm.sh/release.v1",
    metadata: { name: `sh.helm.release.v1.${name}.v${revision}`, namespace, labels },
    data: { release: Buffer.from(content).toString("base64") },
  };
}

/** Leaves a release as a helm that was killed does: one revision more, pending. */
export function copyReleaseAs(
  cluster: FakeCluster,
  { name, namespace }: { name: string; namespace: string },
  status: "pending-install" | "pending-upgrade" | "failed",
): void {
  const secrets = cluster.store.list(kinds.Secret, namespace);
  const revisions = secrets.filter(({ metadata }) => metadata.labels?.["name"] === name);
  const revision = revisions.length + 1;
  cluster.create(kinds.Secret, releaseSecret({ name, namespace, revision, status }));
}
