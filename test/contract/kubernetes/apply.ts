import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { kinds } from "../../../src/kinds.ts";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import type { Scene } from "./contract.ts";
import {
  configMap,
  configMapRef,
  gateway,
  gatewayRef,
  listenersOf,
  mustGet,
  unservedKind,
} from "./harness.ts";

/** Server-side apply: who owns which field, and what happens to it. */
export function describeApply(scene: () => Scene): void {
  describe("server-side apply", () => {
    it("applies in the order given, so that a namespace may come before what is in it", async () => {
      const { kubernetes, namespace } = scene();
      const inner = `${namespace}-inner`;
      await kubernetes.apply([
        { apiVersion: "v1", kind: "Namespace", metadata: { name: inner } },
        configMap(inner, "one", { a: "1" }),
      ]);
      expect(await kubernetes.get(configMapRef(inner, "one"))).toMatchObject({ data: { a: "1" } });
    });

    it("records our field manager", async () => {
      const { kubernetes, namespace } = scene();
      await kubernetes.apply([configMap(namespace, "one", { a: "1" })]);
      const { metadata } = await mustGet(kubernetes, configMapRef(namespace, "one"));
      expect(metadata.managedFields).toContainEqual(
        expect.objectContaining({ manager: "gateway-tls", operation: "Apply" }),
      );
    });

    it("writes nothing the second time", async () => {
      const { kubernetes, namespace } = scene();
      const object = configMap(namespace, "one", { a: "1" }, { labels: { b: "2" } });
      await kubernetes.apply([object]);
      const before = await mustGet(kubernetes, configMapRef(namespace, "one"));
      await kubernetes.apply([object]);
      const after = await mustGet(kubernetes, configMapRef(namespace, "one"));
      expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    });

    it("removes what we applied before and now leave out", async () => {
      const { kubernetes, namespace } = scene();
      const labels = { keep: "1", drop: "1" };
      await kubernetes.apply([configMap(namespace, "one", { a: "1", b: "1" }, { labels })]);
      await kubernetes.apply([configMap(namespace, "one", { a: "2" }, { labels: { keep: "1" } })]);
      const found = await mustGet(kubernetes, configMapRef(namespace, "one"));
      expect(found["data"]).toEqual({ a: "2" });
      expect(found.metadata.labels).toEqual({ keep: "1" });
    });

    it("leaves the fields of others alone", async () => {
      const { kubernetes, namespace, applyAs } = scene();
      await kubernetes.apply([configMap(namespace, "one", { ours: "1" })]);
      await applyAs("colleague", configMap(namespace, "one", { theirs: "1" }));
      await kubernetes.apply([configMap(namespace, "one", { ours: "2" })]);
      const found = await mustGet(kubernetes, configMapRef(namespace, "one"));
      expect(found["data"]).toEqual({ ours: "2", theirs: "1" });
    });

    it("keeps a field that another still applies when we leave it out", async () => {
      const { kubernetes, namespace, applyAs } = scene();
      await kubernetes.apply([configMap(namespace, "one", { both: "1", ours: "1" })]);
      await applyAs("colleague", configMap(namespace, "one", { both: "1" }));
      await kubernetes.apply([configMap(namespace, "one", { ours: "1" })]);
      const found = await mustGet(kubernetes, configMapRef(namespace, "one"));
      expect(found["data"]).toEqual({ both: "1", ours: "1" });
    });

    it("merges the listeners of a Gateway by name", async () => {
      const { kubernetes, namespace, applyAs } = scene();
      const ref = gatewayRef(namespace, "edge");
      await kubernetes.apply([gateway(namespace, "edge", { http: 80 })]);
      await applyAs("colleague", gateway(namespace, "edge", { extra: 8080 }));
      await kubernetes.apply([gateway(namespace, "edge", { http: 80, https: 443 })]);
      const three = await mustGet(kubernetes, ref);
      expect(listenersOf(three)).toEqual(["extra:8080", "http:80", "https:443"]);
      await kubernetes.apply([gateway(namespace, "edge", { http: 80 })]);
      expect(listenersOf(await mustGet(kubernetes, ref))).toEqual(["extra:8080", "http:80"]);
    });

    it("merges the containers of a Deployment by name", async () => {
      const { kubernetes, namespace, applyAs } = scene();
      const ref = { kind: kinds.Deployment, namespace, name: "app" };
      await kubernetes.apply([deployment(namespace, { web: "web:1" })]);
      await applyAs("injector", deployment(namespace, { sidecar: "sidecar:1" }));
      await kubernetes.apply([deployment(namespace, { web: "web:2" })]);
      expect(imagesOf(await mustGet(kubernetes, ref))).toEqual(["sidecar:1", "web:2"]);
    });

    it("refuses to take a field from another manager, naming both, and changes nothing", async () => {
      const { kubernetes, namespace, applyAs } = scene();
      await applyAs("colleague", configMap(namespace, "one", { a: "theirs" }));
      const applied = kubernetes.apply([configMap(namespace, "one", { a: "ours" })]);
      await expect(applied).rejects.toMatchObject({
        name: "UserError",
        code: "GT-FIELD-CONFLICT",
        message: expect.stringMatching(/colleague.*\.data\.a/s) as unknown,
      });
      const found = await mustGet(kubernetes, configMapRef(namespace, "one"));
      expect(found["data"]).toEqual({ a: "theirs" });
    });

    it("shares a field with another manager who wants the same value", async () => {
      const { kubernetes, namespace, applyAs } = scene();
      await applyAs("colleague", configMap(namespace, "one", { a: "same" }));
      await kubernetes.apply([configMap(namespace, "one", { a: "same" })]);
      const { metadata } = await mustGet(kubernetes, configMapRef(namespace, "one"));
      const managers = metadata.managedFields?.map(({ manager }) => manager);
      expect(managers?.sort()).toEqual(["colleague", "gateway-tls"]);
    });

    it("counts a generation for each change of the spec only", async () => {
      const { kubernetes, namespace } = scene();
      const ref = gatewayRef(namespace, "edge");
      await kubernetes.apply([gateway(namespace, "edge", { http: 80 })]);
      expect((await mustGet(kubernetes, ref)).metadata.generation).toBe(1);
      await kubernetes.patch(ref, { metadata: { annotations: { note: "seen" } } });
      expect((await mustGet(kubernetes, ref)).metadata.generation).toBe(1);
      await kubernetes.apply([gateway(namespace, "edge", { http: 80, https: 443 })]);
      expect((await mustGet(kubernetes, ref)).metadata.generation).toBe(2);
    });

    it("says so when the kind, or the namespace, is not there", async () => {
      const { kubernetes, namespace } = scene();
      const { apiVersion, kind } = unservedKind;
      const unserved = { apiVersion, kind, metadata: { name: "one", namespace } };
      await expect(kubernetes.apply([unserved])).rejects.toMatchObject({
        code: "GT-KIND-NOT-SERVED",
      });
      const homeless = configMap("no-such-namespace", "one", { a: "1" });
      await expect(kubernetes.apply([homeless])).rejects.toMatchObject({
        code: "GT-OBJECT-NOT-FOUND",
      });
    });

    it("applies nothing when there is nothing to apply", async () => {
      await expect(scene().kubernetes.apply([])).resolves.toBeUndefined();
    });
  });
}

function deployment(namespace: string, images: Record<string, string>): KubernetesObject {
  const labels = { app: "contract" };
  const containers = Object.entries(images).map(([name, image]) => ({ name, image }));
  return {
    apiVersion: kinds.Deployment.apiVersion,
    kind: kinds.Deployment.kind,
    metadata: { name: "app", namespace },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}

const DeploymentSpec = v.object({
  template: v.object({
    spec: v.object({ containers: v.array(v.object({ image: v.string() })) }),
  }),
});

function imagesOf(object: KubernetesObject): string[] {
  const spec = v.parse(DeploymentSpec, object["spec"]);
  return spec.template.spec.containers.map(({ image }) => image).sort();
}
