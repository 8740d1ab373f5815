import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareObject,
  comparePolicyDocument,
  compareRelease,
  compareRole,
  compareTags,
} from "../../src/plan/compare.ts";
import type { PolicyDocument } from "../../src/ports/aws.ts";
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

  it("knows a version with and without its v, and none for an archive", () => {
    expect(compareRelease(desired, { ...live, chartVersion: "1.21.1" }).intent).toBe("keep");
    const { version: _, ...archive } = desired;
    expect(compareRelease(archive, { ...live, chartVersion: "9.9.9" }).intent).toBe("keep");
  });
});

describe("IAM", () => {
  const { policy, role, tags } = plan.identity;
  const document: PolicyDocument = {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: ["a:One", "a:Two"], Resource: "*" },
      { Effect: "Allow", Action: "b:One", Resource: ["r1", "r2"] },
    ],
  };

  it("means the same in any order, and with one string for a list of one", () => {
    expect(
      comparePolicyDocument(document, {
        Statement: [
          { Resource: ["r2", "r1"], Action: ["b:One"], Effect: "Allow" },
          { Resource: ["*"], Action: ["a:Two", "a:One"], Effect: "Allow" },
        ],
        Version: "2012-10-17",
      }),
    ).toBe(true);
  });

  it("means something else with anything more, less or other", () => {
    const [first, second] = document.Statement;
    if (first === undefined || second === undefined) throw new Error("two statements");
    const others: PolicyDocument[] = [
      { ...document, Statement: [first] },
      { ...document, Statement: [first, { ...second, Resource: "r1" }] },
      { ...document, Statement: [first, { ...second, Effect: "Deny" }] },
      { ...document, Statement: [first, { ...second, Condition: {} }, second] },
    ];
    expect(others.map((other) => comparePolicyDocument(document, other))).toEqual(
      others.map(() => false),
    );
  });

  it("is the same policy after any shuffle of its lists", () => {
    const [, , change] = policy.document.Statement;
    const types = ["A", "AAAA", "CNAME", "TXT"];
    const shuffled = fc.shuffledSubarray(types, { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(shuffled, (order) => {
        const text = JSON.stringify(policy.document);
        const other = text.replace(JSON.stringify(types), JSON.stringify(order));
        expect(change).toBeDefined();
        expect(comparePolicyDocument(policy.document, JSON.parse(other))).toBe(true);
      }),
    );
  });

  it("compares tags by what is wanted", () => {
    expect(compareTags(tags, { ...tags, team: "web" })).toBe(true);
    expect(compareTags(tags, { team: "web" })).toBe(false);
  });

  it("compares a role by tag, trust and policy", () => {
    const desired = { trust: role.trust, tags, policyArn: policy.arn };
    const live = { trust: role.trust, tags, attachedPolicyArns: [policy.arn] };
    expect(compareRole(desired, undefined)).toEqual({ intent: "create" });
    expect(compareRole(desired, live)).toEqual({ intent: "keep" });
    expect(compareRole(desired, { trust: document, tags, attachedPolicyArns: [] })).toEqual({
      intent: "update",
      fields: ["trust policy", "attached policies"],
    });
    const other = { "gateway-tls:installation": "1/eu-west-1/other" };
    expect(compareRole(desired, { ...live, tags: other })).toEqual({
      intent: "foreign",
      owner: "the installation 1/eu-west-1/other",
    });
    expect(compareRole(desired, { ...live, tags: {} }).owner).toContain("someone else");
  });
});
