import { describe, expect, it } from "vitest";
import { kinds } from "../../../src/kinds.ts";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import type { Scene } from "./contract.ts";
import { configMap, configMapRef, mustGet, unservedKind } from "./harness.ts";

/** patch, delete, create and replace. */
export function describeWrites(scene: () => Scene): void {
  describe("patch", () => {
    it("merges maps, replaces values, and removes what is null", async () => {
      const { kubernetes, namespace } = scene();
      const ref = configMapRef(namespace, "one");
      await kubernetes.apply([configMap(namespace, "one", { a: "1", b: "1" })]);
      await kubernetes.patch(ref, {
        metadata: { labels: { seen: "yes" } },
        data: { a: "2", b: null, c: "3" },
      });
      const found = await mustGet(kubernetes, ref);
      expect(found["data"]).toEqual({ a: "2", c: "3" });
      expect(found.metadata.labels).toEqual({ seen: "yes" });
    });

    it("says so when the object is absent", async () => {
      const { kubernetes, namespace } = scene();
      const patched = kubernetes.patch(configMapRef(namespace, "absent"), { data: {} });
      await expect(patched).rejects.toMatchObject({
        name: "UserError",
        code: "GT-OBJECT-NOT-FOUND",
        message: expect.stringContaining("absent") as unknown,
      });
    });
  });

  describe("delete", () => {
    it("takes a kind's name for that kind only", async () => {
      const { kubernetes, namespace } = scene();
      await kubernetes.apply([configMap(namespace, "same", {})]);
      await kubernetes.create(lease(namespace, "first"));
      await kubernetes.delete([{ kind: kinds.Lease, namespace, name: "same" }]);
      await kubernetes.delete([configMapRef(namespace, "lock")]);
      expect(await kubernetes.get(configMapRef(namespace, "same"))).toBeDefined();
      expect(await kubernetes.get({ kind: kinds.Lease, namespace, name: "lock" })).toBeDefined();
    });

    it("deletes several objects, and does not mind absent ones or kinds", async () => {
      const { kubernetes, namespace } = scene();
      await kubernetes.apply([configMap(namespace, "one", {}), configMap(namespace, "two", {})]);
      await kubernetes.delete([
        configMapRef(namespace, "one"),
        configMapRef(namespace, "absent"),
        { kind: unservedKind, namespace, name: "absent" },
        configMapRef(namespace, "two"),
      ]);
      expect(await kubernetes.get(configMapRef(namespace, "one"))).toBeUndefined();
      expect(await kubernetes.get(configMapRef(namespace, "two"))).toBeUndefined();
    });

    it("marks an object with a finalizer, which stays until that is gone", async () => {
      const { kubernetes, namespace } = scene();
      const ref = configMapRef(namespace, "held");
      const finalizers = ["example.org/hold"];
      await kubernetes.apply([configMap(namespace, "held", {}, { finalizers })]);
      await kubernetes.delete([ref]);
      const held = await mustGet(kubernetes, ref);
      expect(Date.parse(held.metadata.deletionTimestamp ?? "")).not.toBeNaN();
      await kubernetes.patch(ref, { metadata: { finalizers: null } });
      expect(await kubernetes.get(ref)).toBeUndefined();
    });
  });

  describe("create and replace", () => {
    it("creates once", async () => {
      const { kubernetes, namespace } = scene();
      expect(await kubernetes.create(lease(namespace, "first"))).toBe(true);
      expect(await kubernetes.create(lease(namespace, "second"))).toBe(false);
      const ref = { kind: kinds.Lease, namespace, name: "lock" };
      expect(await kubernetes.get(ref)).toMatchObject({ spec: { holderIdentity: "first" } });
    });

    it("replaces what has not changed since it was read, and only that", async () => {
      const { kubernetes, namespace } = scene();
      const ref = { kind: kinds.Lease, namespace, name: "lock" };
      await kubernetes.create(lease(namespace, "first"));
      const { resourceVersion } = (await mustGet(kubernetes, ref)).metadata;
      if (resourceVersion === undefined) throw new Error("no resourceVersion");
      expect(await kubernetes.replace(lease(namespace, "second", resourceVersion))).toBe(true);
      expect(await kubernetes.replace(lease(namespace, "third", resourceVersion))).toBe(false);
      expect(await kubernetes.get(ref)).toMatchObject({ spec: { holderIdentity: "second" } });
    });

    // Not with a Lease: the API server takes a PUT of an absent one as a create.
    it("replaces nothing that is gone", async () => {
      const { kubernetes, namespace } = scene();
      const ref = configMapRef(namespace, "one");
      await kubernetes.create(configMap(namespace, "one", { a: "1" }));
      const { resourceVersion } = (await mustGet(kubernetes, ref)).metadata;
      if (resourceVersion === undefined) throw new Error("no resourceVersion");
      await kubernetes.delete([ref]);
      const next = configMap(namespace, "one", { a: "2" }, { resourceVersion });
      expect(await kubernetes.replace(next)).toBe(false);
      expect(await kubernetes.get(ref)).toBeUndefined();
    });
  });
}

function lease(namespace: string, holder: string, resourceVersion?: string): KubernetesObject {
  return {
    apiVersion: kinds.Lease.apiVersion,
    kind: kinds.Lease.kind,
    metadata: {
      name: "lock",
      namespace,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    spec: { holderIdentity: holder, leaseDurationSeconds: 30 },
  };
}
