import { describe, expect, test } from "vitest";
import { UserError } from "../../src/errors.ts";
import { findForeignContent } from "../../src/facts/namespace-content.ts";
import type { ResourceKind } from "../../src/kinds.ts";
import type { KubernetesObject, ObjectMeta } from "../../src/ports/kubernetes.ts";
import { buildCrd } from "../../src/sandbox/charts/crd.ts";
import { FakeKubernetes } from "./fakes/fake-kubernetes.ts";

const NAMESPACE = "external-dns";
const RELEASES = [{ name: "external-dns", namespace: NAMESPACE }];
const OURS = { "app.kubernetes.io/managed-by": "gateway-tls" };
const OF_RELEASE = {
  "meta.helm.sh/release-name": "external-dns",
  "meta.helm.sh/release-namespace": NAMESPACE,
};

function object(
  apiVersion: string,
  kind: string,
  metadata: Partial<ObjectMeta> = {},
): KubernetesObject {
  const name = metadata.name ?? "web";
  const uid = `${kind}-${name}`;
  return { apiVersion, kind, metadata: { uid, namespace: NAMESPACE, ...metadata, name } };
}

const ownedBy = ({ apiVersion, kind, metadata: { name, uid = "" } }: KubernetesObject) => ({
  ownerReferences: [{ apiVersion, kind, name, uid }],
});

const crd = (group: string, kind: string, namespaced = true) =>
  buildCrd({
    group,
    kind,
    plural: `${kind.toLowerCase()}s`,
    versions: ["v1"],
    namespaced,
  });

const find = (...objects: KubernetesObject[]) =>
  findForeignContent(new FakeKubernetes(...objects), NAMESPACE, RELEASES);

describe("a namespace stays for", () => {
  test.each([
    ["v1", "ConfigMap"],
    ["v1", "PersistentVolumeClaim"],
    ["v1", "ReplicationController"],
    ["v1", "ResourceQuota"],
    ["v1", "LimitRange"],
    ["v1", "PodTemplate"],
    ["apps/v1", "ReplicaSet"],
    ["apps/v1", "StatefulSet"],
    ["batch/v1", "CronJob"],
    ["autoscaling/v2", "HorizontalPodAutoscaler"],
    ["policy/v1", "PodDisruptionBudget"],
    ["networking.k8s.io/v1", "NetworkPolicy"],
    ["networking.k8s.io/v1", "Ingress"],
    ["rbac.authorization.k8s.io/v1", "Role"],
    ["rbac.authorization.k8s.io/v1", "RoleBinding"],
    ["resource.k8s.io/v1", "ResourceClaim"],
    ["resource.k8s.io/v1", "ResourceClaimTemplate"],
  ])("somebody's %s %s", async (apiVersion, kind) => {
    expect(await find(object(apiVersion, kind))).toBe(`kept: ${kind} external-dns/web is in it`);
  });

  test.each([
    ["gateway.networking.k8s.io", "GRPCRoute"],
    ["gateway.networking.k8s.io", "ReferenceGrant"],
    ["cert-manager.io", "Certificate"],
    ["example.com", "Widget"],
  ])("whatever a CRD defines: %s %s", async (group, kind) => {
    const theirs = object(`${group}/v1`, kind);
    expect(await find(crd(group, kind), theirs)).toBe(`kept: ${kind} external-dns/web is in it`);
  });

  test("what an operator made of its own object", async () => {
    const widget = object("example.com/v1", "Widget");
    const made = object("v1", "Secret", ownedBy(widget));
    expect(await find(crd("example.com", "Widget"), made, widget)).toContain("web is in it");
  });

  test("what something cluster-wide owns", async () => {
    const node = object("v1", "Node");
    const kind = crd("example.com", "Cluster", false);
    const cluster = object("example.com/v1", "Cluster");
    expect(await find(object("v1", "Pod", ownedBy(node)))).toContain("Pod");
    expect(await find(kind, object("v1", "Secret", ownedBy(cluster)))).toContain("Secret");
  });

  test("a hook of somebody else's release", async () => {
    const labels = { "app.kubernetes.io/instance": "dashboards" };
    const annotations = { "helm.sh/hook": "pre-install" };
    expect(await find(object("batch/v1", "Job", { labels, annotations }))).toContain("Job");
  });
});

describe("a namespace goes with", () => {
  const deployment = object("apps/v1", "Deployment", { annotations: OF_RELEASE });
  const replicas = object("apps/v1", "ReplicaSet", ownedBy(deployment));
  const service = object("v1", "Service", { name: "balancer", labels: OURS });
  const bindings = crd("elbv2.k8s.aws", "TargetGroupBinding");
  const binding = (labels: Record<string, string>) =>
    object("elbv2.k8s.aws/v1", "TargetGroupBinding", { labels });

  test.each<[string, KubernetesObject[]]>([
    ["what we made", [object("v1", "ConfigMap", { labels: OURS })]],
    [
      "what our release made",
      [object("rbac.authorization.k8s.io/v1", "Role", { annotations: OF_RELEASE })],
    ],
    ["what belongs to that", [object("v1", "Pod", ownedBy(replicas)), replicas, deployment]],
    ["what belonged to what is gone", [object("v1", "Pod", ownedBy(replicas))]],
    [
      "what helm does not take away again: hooks",
      [
        object("rbac.authorization.k8s.io/v1", "RoleBinding", {
          labels: { "app.kubernetes.io/instance": "external-dns" },
          annotations: { "helm.sh/hook": "pre-install, pre-upgrade" },
        }),
      ],
    ],
    [
      "the load balancer controller's bindings",
      [bindings, service, binding({ "service.k8s.aws/stack-name": "balancer" })],
    ],
    [
      "those of Auto Mode",
      [bindings, service, binding({ "service.eks.amazonaws.com/stack-name": "balancer" })],
    ],
    ["what is in another namespace", [object("v1", "ConfigMap", { namespace: "shop" })]],
  ])("%s", async (_, objects) => {
    expect(await find(...objects)).toBeUndefined();
  });

  test("but not with somebody's own binding to our Service", async () => {
    expect(await find(bindings, service, binding({}))).toContain("TargetGroupBinding");
    const theirs = object("v1", "Service", { name: "shop" });
    const made = binding({ "service.k8s.aws/stack-name": "shop" });
    expect(await find(bindings, made, theirs)).toContain("is in it");
  });
});

describe("what cannot be listed", () => {
  test.each([
    ["Secret", "kept: secrets in it cannot be listed"],
    ["Widget", "kept: widgets.example.com in it cannot be listed"],
    ["CustomResourceDefinition", "kept: which kinds the cluster has cannot be listed"],
  ])("keeps the namespace: %s", async (kind, reason) => {
    const kubernetes = new FakeKubernetes(crd("example.com", "Widget"));
    kubernetes.forbidden.add(kind);
    expect(await findForeignContent(kubernetes, NAMESPACE, RELEASES)).toBe(reason);
  });

  test("is named, and not what may belong to it", async () => {
    const replicas = object("apps/v1", "ReplicaSet");
    const kubernetes = new FakeKubernetes(replicas, object("v1", "Pod", ownedBy(replicas)));
    kubernetes.forbidden.add("ReplicaSet");
    const reason = await findForeignContent(kubernetes, NAMESPACE, RELEASES);
    expect(reason).toBe("kept: replicasets.apps in it cannot be listed");
  });

  /** A cluster whose lists of this kind fail in a way that passes. */
  class Failing extends FakeKubernetes {
    failing = "";

    override async list(...asked: Parameters<FakeKubernetes["list"]>): Promise<KubernetesObject[]> {
      const [{ kind }]: [ResourceKind, ...unknown[]] = asked;
      if (kind !== this.failing) return super.list(...asked);
      const retry = { limitMs: 1000, intervalMs: 100, reason: "waiting" };
      throw new UserError("GT-CLUSTER-BUSY", "Too many requests.", { retry });
    }
  }

  test("just now is asked again, unless it is another's kind whose webhook may never answer", async () => {
    const kubernetes = new Failing(crd("example.com", "Widget"));
    kubernetes.failing = "Secret";
    await expect(findForeignContent(kubernetes, NAMESPACE, RELEASES)).rejects.toMatchObject({
      code: "GT-CLUSTER-BUSY",
    });
    kubernetes.failing = "Widget";
    expect(await findForeignContent(kubernetes, NAMESPACE, RELEASES)).toContain(
      "widgets.example.com",
    );
  });
});
