import { describe, expect, it } from "vitest";
import { parseCrdBundle } from "../../src/plan/crd-bundle.ts";

const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: gateways.gateway.networking.k8s.io
`;

describe("parseCrdBundle", () => {
  it("reads every document, and passes over empty ones", () => {
    const other = crd.replace("gateways", "httproutes");
    const names = parseCrdBundle(`# a bundle\n---\n${crd}---\n---\n${other}`, "x").map(
      ({ metadata }) => metadata.name,
    );
    expect(names).toEqual([
      "gateways.gateway.networking.k8s.io",
      "httproutes.gateway.networking.k8s.io",
    ]);
  });

  it.each([
    ["nothing", "", "it has no gateways"],
    ["a page of HTML", "<html><body>Not found</body></html>", "not a Kubernetes object"],
    ["broken YAML", "a: [", "x is not a Gateway API CRD bundle"],
    ["other CRDs only", crd.replace("gateways", "others"), "it has no gateways"],
    [
      "a workload",
      `${crd}---\n${crd.replace("CustomResourceDefinition", "Job")}`,
      "it holds a Job",
    ],
  ])("refuses %s", (_, text, words) => {
    expect(() => parseCrdBundle(text, "x")).toThrow(words);
  });
});
