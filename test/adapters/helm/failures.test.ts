import { describe, expect, it } from "vitest";
import {
  classifyHelm,
  errorOf,
  isWaitTimeout,
  unreadyIn,
} from "../../../src/adapters/helm/failures.ts";
import { describeUnready } from "../../../src/adapters/helm/workloads.ts";

const release = {
  name: "cm",
  namespace: "cert-manager",
  chart: "oci://r.example.org/cert-manager",
  server: "https://api.example.org",
};
const classify = (stderr: string) => classifyHelm(stderr, release);
const ownership =
  'Error: Unable to continue with install: ServiceAccount "external-dns" in namespace "dns" exists and cannot be imported into the current release: invalid ownership metadata; ';

describe("helm's words", () => {
  it.each([
    [
      "GT-RELEASE-OWNERSHIP",
      undefined,
      "ServiceAccount dns/external-dns",
      `${ownership}label validation error: key "app.kubernetes.io/managed-by" must equal "Helm": current value is "eksctl"`,
    ],
    [
      "GT-RELEASE-OWNERSHIP",
      undefined,
      "eksctl",
      `${ownership}label validation error: key "app.kubernetes.io/managed-by" must equal "Helm": current value is "eksctl"`,
    ],
    [
      "GT-RELEASE-OWNERSHIP",
      undefined,
      "no owner",
      `${ownership}label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"`,
    ],
    [
      "GT-RELEASE-STATE",
      undefined,
      "has no deployed releases",
      'Error: UPGRADE FAILED: "cm" has no deployed releases',
    ],
    [
      "GT-RELEASE-STATE",
      undefined,
      "still in use",
      "Error: INSTALLATION FAILED: cannot reuse a name that is still in use",
    ],
    [
      "GT-CHART-UNREACHABLE",
      60_000,
      "connection refused",
      'Error: looks like "https://charts.example.org" is not a valid chart repository or cannot be reached: Get "https://charts.example.org/index.yaml": dial tcp 1.2.3.4:443: connect: connection refused',
    ],
    [
      "GT-CHART-UNREACHABLE",
      60_000,
      "no such host",
      'Error: Get "https://charts.example.org/x.tgz": dial tcp: lookup charts.example.org: no such host',
    ],
    [
      "GT-CHART-UNREACHABLE",
      60_000,
      "EOF",
      'Error: failed to perform "FetchReference" on source: Get "https://r.example.org/v2/x/manifests/1": EOF',
    ],
    [
      "GT-CHART-NOT-FOUND",
      undefined,
      "1.0.0",
      'Error: failed to perform "FetchReference" on source: r.example.org/x:1.0.0: not found',
    ],
    ["GT-CHART-NOT-FOUND", undefined, "./nope", 'Error: path "./nope" not found'],
    [
      "GT-REGISTRY-DENIED",
      undefined,
      "without any stored login",
      'Error: failed to perform "FetchReference" on source: GET "https://r.example.org/v2/x/manifests/1": response status code 403: denied: denied',
    ],
    [
      "GT-REGISTRY-RATE-LIMITED",
      120_000,
      "limits",
      'Error: failed to perform "FetchReference" on source: GET "https://r.example.org/v2/x/manifests/1": response status code 429: toomanyrequests: retry-after: 30s, allowed: 44000/minute',
    ],
    [
      "GT-CHART-DIGEST",
      undefined,
      "sha256:aa",
      "Error: chart reference digest mismatch: sha256:aa is not sha256:bb",
    ],
    [
      "GT-CHART-VALUES",
      undefined,
      "at '/x': wrong; at '/y': no.",
      "Error: values don't meet the specifications of the schema(s) in the following chart(s):\ncert-manager:\n- at '/x': wrong\n- at '/y': no\n",
    ],
    [
      "GT-CLUSTER-UNREACHABLE",
      60_000,
      "api.example.org",
      'Error: Kubernetes cluster unreachable: Get "https://api.example.org/version": dial tcp 10.0.0.1:443: i/o timeout',
    ],
    [
      "GT-CLUSTER-FORBIDDEN",
      undefined,
      "list secrets",
      'Error: query: failed to query with labels: secrets is forbidden: User "viewer" cannot list resource "secrets" in API group "" in the namespace "x"',
    ],
    [
      "GT-WEBHOOK-NOT-READY",
      120_000,
      "webhook.cert-manager.io",
      'Error: 1 error occurred:\n\t* Internal error occurred: failed calling webhook "webhook.cert-manager.io": failed to call webhook: Post "https://x": dial tcp 10.0.0.1:443: connect: connection refused',
    ],
    [
      "GT-ADMISSION-DENIED",
      undefined,
      "policies verify-images: check: 'failed to verify image: unauthorized: no login'",
      "Error: UPGRADE FAILED: 1 error occurred:\n\t* admission webhook \"validate.kyverno.svc-fail\" denied the request: \n\nresource Deployment/cert-manager/cm was blocked due to the following policies \n\nverify-images:\n  check: 'failed to verify image: unauthorized: no login'\n\n",
    ],
    [
      "GT-FIELD-CONFLICT",
      undefined,
      "kubectl-client-side-apply",
      'Error: conflict occurred while applying object default/x apps/v1, Kind=Deployment: Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas',
    ],
    [
      "GT-OBJECT-NOT-FOUND",
      undefined,
      "namespaces cert-manager",
      'Error: create: failed to create: namespaces "cert-manager" not found',
    ],
    [
      "GT-HELM-FAILED",
      undefined,
      "something new",
      'level=WARN msg="upgrade failed"\nError: UPGRADE FAILED: something new',
    ],
  ] as const)("%s, retried for %s ms, names %s", (code, limitMs, named, stderr) => {
    const error = classify(stderr);
    expect(error.code).toBe(code);
    expect(error.retry?.limitMs).toBe(limitMs);
    expect(error.message).toContain(named);
    expect(error.hint).toMatch(/\S/);
  });

  it("say how long a registry wants to be left alone", () => {
    const wait = (text: string) =>
      classify(`Error: 429: toomanyrequests: ${text}`).retry?.intervalMs;
    expect([wait("retry-after: 30s"), wait("retry-after: 7"), wait("")]).toEqual([
      30_000, 7000, 10_000,
    ]);
    expect(wait("retry-after: 3600s")).toBe(60_000);
  });

  it.each([
    ["Error: context deadline exceeded", true],
    ["Error: UPGRADE FAILED: context deadline exceeded", true],
    ["Error: release cm failed: context deadline exceeded", true],
    ["Error: UPGRADE FAILED: timed out waiting for the condition", true],
    [
      "Error: resource Deployment/web/app not ready. status: InProgress, message: Available: 0/2\ncontext deadline exceeded",
      true,
    ],
    ['Error: failed calling webhook "x": context deadline exceeded', false],
    ['Error: Get "https://r.example.org/x": context deadline exceeded', false],
  ])("%s: a wait that ended is %s", (stderr, expected) => {
    expect(isWaitTimeout(stderr)).toBe(expected);
  });

  it("name the resource, with Helm 4", () => {
    const stderr =
      "Error: resource Deployment/web/app not ready. status: InProgress, message: Available: 0/2\ncontext deadline exceeded";
    expect(unreadyIn(stderr)).toBe("Deployment web/app (Available: 0/2)");
    expect(unreadyIn("Error: context deadline exceeded")).toBeUndefined();
    expect(errorOf("Error: a\nError: UPGRADE FAILED: b.")).toBe("b");
  });
});

describe("a workload", () => {
  const workload = (kind: string, spec: object, status: object, generation = 1) => ({
    apiVersion: "apps/v1",
    kind,
    metadata: { name: "app", namespace: "web", generation },
    spec,
    status,
  });

  it.each([
    [
      "all ready",
      workload("Deployment", { replicas: 2 }, { observedGeneration: 1, availableReplicas: 2 }),
      [],
    ],
    [
      "some ready",
      workload("Deployment", { replicas: 2 }, { observedGeneration: 1, availableReplicas: 1 }),
      ["Deployment web/app has 1 of 2 ready"],
    ],
    [
      "one by default",
      workload("Deployment", {}, { observedGeneration: 1 }),
      ["Deployment web/app has 0 of 1 ready"],
    ],
    ["scaled to none", workload("Deployment", { replicas: 0 }, { observedGeneration: 1 }), []],
    [
      "not seen by its controller yet",
      workload("Deployment", { replicas: 1 }, { observedGeneration: 1, availableReplicas: 1 }, 2),
      ["Deployment web/app has 1 of 1 ready"],
    ],
    [
      "on every node",
      workload(
        "DaemonSet",
        {},
        { observedGeneration: 1, desiredNumberScheduled: 3, numberReady: 3 },
      ),
      [],
    ],
    [
      "on some nodes",
      workload(
        "DaemonSet",
        {},
        { observedGeneration: 1, desiredNumberScheduled: 3, numberReady: 1 },
      ),
      ["DaemonSet web/app has 1 of 3 ready"],
    ],
  ])("%s", (_, object, expected) => {
    expect(describeUnready(object)).toEqual(expected);
  });
});
