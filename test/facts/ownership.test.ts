import { expect, test } from "vitest";
import { listNeededAccess } from "../../src/facts/access.ts";
import { parseKubernetesMinor } from "../../src/facts/kubernetes-version.ts";
import { findOwner } from "../../src/facts/ownership.ts";
import { buildConfig } from "../checks/build-facts.ts";

test("owners by managed fields", () => {
  const by = (manager: string) =>
    findOwner({ name: "x", managedFields: [{ manager, operation: "Apply" }] }).name;
  expect(by("eks")).toBe("Amazon EKS");
  expect(by("kubectl-client-side-apply")).toBe("kubectl");
  expect(by("terraform")).toBe("terraform");
  expect(findOwner({ name: "x" })).toEqual({ ours: false, name: "someone else" });
});

test("each needed access is asked once, and the backend's namespace is among them", () => {
  const asked = listNeededAccess(buildConfig()).map((request) => JSON.stringify(request));
  expect(new Set(asked).size).toBe(asked.length);
  expect(asked).toContain(
    JSON.stringify({
      verb: "create",
      group: "gateway.networking.k8s.io",
      resource: "httproutes",
      namespace: "shop",
    }),
  );
});

test.each([
  ["v1.34.2-eks-1234567", 34],
  ["1.29", 29],
  ["v2.0.0", undefined],
])("%s is minor %s", (text, minor) => {
  expect(parseKubernetesMinor(text)).toBe(minor);
});
