import { describe, expect, it } from "vitest";
import { compareObject, compareRelease } from "../../src/plan/compare.ts";
import type { Release } from "../../src/ports/charts.ts";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import { planWith } from "./inputs.ts";

const plan = planWith({ sampleApp: true, redirect: false });
const [deployment] = plan.sampleApp;
const host = plan.hosts[0];
if (deployment === undefined || host === undefined) throw new Error("the plan has both");
const { route, bootstrapRoute } = host;
const copy = (object: KubernetesObject): KubernetesObject => structuredClone(object);

/** Sets one value deep in a copy. */
function changed(object: KubernetesObject, path: (string | number)[], value: unknown) {
  const result = copy(object);
  let at: unknown = result;
  for (const key of path.slice(0, -1)) at = Reflect.get(Object(at), key);
  Reflect.set(Object(at), path.at(-1) ?? "", value);
  return result;
}

describe("compareObject", () => {
  it("is to be created when it is absent", () => {
    expect(compareObject(deployment, undefined)).toEqual({ intent: "create" });
  });

  it("is kept as it is, with whatever the API server and others added", () => {
    const live = changed(deployment, ["status"], { replicas: 2 });
    live.metadata.uid = "1";
    live.metadata.annotations = { "deployment.kubernetes.io/revision": "1" };
    const path = ["spec", "template", "spec", "containers", 0, "imagePullPolicy"];
    expect(compareObject(deployment, changed(live, path, "IfNotPresent"))).toEqual({
      intent: "keep",
    });
  });

  it("is kept beside containers of others, but not beside parents of others", () => {
    const sidecar = [{ name: "proxy" }, ...containersOf(deployment)];
    const live = changed(deployment, ["spec", "template", "spec", "containers"], sidecar);
    expect(compareObject(deployment, live).intent).toBe("keep");
    expect(compareObject(bootstrapRoute, route)).toEqual({
      intent: "update",
      fields: ["spec.parentRefs"],
    });
  });

  it("is not kept beside backends of others: that list is one value", () => {
    const path = ["spec", "rules", 0, "backendRefs"];
    const backends = [
      { group: "", kind: "Service", name: "web", port: 80 },
      { group: "", kind: "Service", name: "canary", port: 80 },
    ];
    expect(compareObject(route, changed(route, path, backends.slice(0, 1))).intent).toBe("keep");
    expect(compareObject(route, changed(route, path, backends)).fields).toEqual([
      "spec.rules[0].backendRefs",
    ]);
  });

  it.each([
    [["spec", "replicas"], 3, "spec.replicas"],
    [
      ["spec", "template", "spec", "containers", 0, "image"],
      "x",
      "spec.template.spec.containers[coffee].image",
    ],
    [
      ["metadata", "labels", "app.kubernetes.io/part-of"],
      "x",
      "metadata.labels[app.kubernetes.io/part-of]",
    ],
    [["spec", "template", "spec", "containers"], [], "spec.template.spec.containers[coffee]"],
    [["spec", "template"], undefined, "spec.template"],
  ])("names the field %j", (path, value, field) => {
    expect(compareObject(deployment, changed(deployment, path, value))).toEqual({
      intent: "update",
      fields: [field],
    });
  });

  it("compares a list without names in its order", () => {
    const live = changed(route, ["spec", "hostnames"], ["www.example.com", "x.example.com"]);
    expect(compareObject(route, live).fields).toEqual(["spec.hostnames"]);
    const path = ["spec", "rules", 0, "matches", 0, "path", "value"];
    expect(compareObject(route, changed(route, path, "/x")).fields).toEqual([
      "spec.rules[0].matches[0].path.value",
    ]);
  });

  it("takes an empty map or text for one that the API server left out", () => {
    const desired = changed(deployment, ["metadata", "annotations"], {});
    expect(compareObject(desired, deployment)).toEqual({ intent: "keep" });
  });

  it.each([
    [{ labels: { "app.kubernetes.io/managed-by": "argocd" } }, "argocd"],
    [
      {
        labels: { "app.kubernetes.io/managed-by": "Helm" },
        annotations: {
          "meta.helm.sh/release-name": "shop",
          "meta.helm.sh/release-namespace": "web",
        },
      },
      "helm release shop of web",
    ],
    [{ managedFields: [{ manager: "kubectl", operation: "Apply" }] }, "kubectl"],
    [{}, "someone else (it has no label of ours)"],
  ])("is foreign without our label: %j", (metadata, owner) => {
    const live = { ...copy(deployment), metadata: { name: "coffee", ...metadata } };
    expect(compareObject(deployment, live)).toEqual({ intent: "foreign", owner });
  });

  it("keeps every planned object as it was applied", () => {
    const objects = [plan.gateway, plan.issuers.staging, plan.keptConfig, ...plan.sampleApp, route];
    expect(objects.map((object) => compareObject(object, copy(object)).intent)).toEqual(
      objects.map(() => "keep"),
    );
  });
});

function containersOf(object: KubernetesObject): unknown[] {
  const text = JSON.stringify(object["spec"]);
  const spec: { template: { spec: { containers: unknown[] } } } = JSON.parse(text);
  return spec.template.spec.containers;
}

describe("compareRelease", () => {
  const desired = plan.releases["cert-manager"];
  const live: Release = {
    name: "cert-manager",
    namespace: "cert-manager",
    revision: 1,
    status: "deployed",
    chart: "cert-manager",
    chartVersion: "v1.21.1",
    appVersion: "v1.21.1",
    values: structuredClone(desired.values),
    labels: { "app.kubernetes.io/managed-by": "gateway-tls" },
    updatedAt: "2026-09-01T00:00:00Z",
  };

  it("is created, kept or foreign", () => {
    expect(compareRelease(desired, undefined)).toEqual({ intent: "create" });
    expect(compareRelease(desired, live)).toEqual({ intent: "keep" });
    expect(compareRelease(desired, { ...live, labels: {} })).toEqual({
      intent: "foreign",
      owner: "a helm release not made by gateway-tls (cert-manager v1.21.1)",
    });
  });

  it.each([
    [{ chartVersion: "v1.20.0" }, ["chart v1.20.0 -> v1.21.1"]],
    [{ status: "failed" as const }, ["status failed"]],
    [{ status: "pending-install" as const }, ["status pending-install"]],
    [{ values: {} }, ["values.crds", "values.config"]],
    [{ values: { ...desired.values, extra: 1 } }, ["values.extra"]],
    [{ values: { ...desired.values, extra: {} } }, ["values"]],
  ])("is updated for %j", (difference, fields) => {
    expect(compareRelease(desired, { ...live, ...difference })).toEqual({
      intent: "update",
      fields,
    });
  });

  it.each(["v1.21.2", "1.22.0", "v2.0.0-rc.1"])("is kept, values and all, at %s", (version) => {
    const newer = { ...live, chartVersion: version, values: {} };
    expect(compareRelease(desired, newer)).toEqual({
      intent: "keep",
      reason: `${version} is newer than v1.21.1: left as it is`,
    });
    const failed = compareRelease(desired, { ...newer, status: "failed" });
    expect(failed).toMatchObject({
      intent: "update",
      fields: expect.arrayContaining(["status failed"]),
    });
    const foreign = compareRelease(desired, { ...newer, labels: {} });
    expect(foreign.intent).toBe("foreign");
  });

  it("knows a version with and without its v, and none for an archive", () => {
    expect(compareRelease(desired, { ...live, chartVersion: "1.21.1" }).intent).toBe("keep");
    const { version: _, ...archive } = desired;
    expect(compareRelease(archive, { ...live, chartVersion: "9.9.9" }).intent).toBe("keep");
  });
});
