import { describe, expect, it } from "vitest";
import { kinds } from "../../../src/kinds.ts";
import type { Scene } from "./contract.ts";
import {
  configMap,
  configMapRef,
  gateway,
  gatewayRef,
  mustGet,
  namesOf,
  unservedKind,
} from "./harness.ts";

/** What the adapter asks for at a time. */
const PAGE = 500;

/** get, list, version, logs and access reviews. */
export function describeReads(scene: () => Scene): void {
  describe("reading", () => {
    it("answers the API server's version", async () => {
      expect(await scene().kubernetes.version()).toMatch(/^v\d+\.\d+/);
    });

    it("gets an object as it was applied, with what the API server adds", async () => {
      const { kubernetes, namespace } = scene();
      await kubernetes.apply([configMap(namespace, "one", { a: "1" })]);
      const found = await mustGet(kubernetes, configMapRef(namespace, "one"));
      expect(found).toMatchObject({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "one", namespace },
        data: { a: "1" },
      });
      expect(found.metadata.uid).toMatch(/./);
      expect(found.metadata.resourceVersion).toMatch(/./);
      expect(Date.parse(found.metadata.creationTimestamp ?? "")).not.toBeNaN();
    });

    it("finds nothing where an object, a namespace or a whole kind is absent", async () => {
      const { kubernetes, namespace } = scene();
      expect(await kubernetes.get(configMapRef(namespace, "absent"))).toBeUndefined();
      expect(await kubernetes.get(configMapRef("no-such-namespace", "absent"))).toBeUndefined();
      const unserved = { kind: unservedKind, namespace, name: "absent" };
      expect(await kubernetes.get(unserved)).toBeUndefined();
      expect(await kubernetes.list(unservedKind)).toEqual([]);
    });

    it("lists by namespace, label and field", async () => {
      const { kubernetes, namespace } = scene();
      await kubernetes.apply([
        configMap(namespace, "red", {}, { labels: { colour: "red", contract: namespace } }),
        configMap(namespace, "blue", {}, { labels: { colour: "blue", contract: namespace } }),
        configMap(namespace, "plain", {}),
      ]);
      const list = async (options: object) =>
        namesOf(await kubernetes.list(kinds.ConfigMap, { namespace, ...options }));
      expect(await list({})).toEqual(expect.arrayContaining(["blue", "plain", "red"]));
      expect(await list({ labelSelector: "colour=red" })).toEqual(["red"]);
      expect(await list({ labelSelector: "colour in (red,blue)" })).toEqual(["blue", "red"]);
      expect(await list({ labelSelector: `colour!=red,contract=${namespace}` })).toEqual(["blue"]);
      expect(await list({ fieldSelector: "metadata.name=plain" })).toEqual(["plain"]);
    });

    it("lists every namespace without one, each item with its kind", async () => {
      const { kubernetes, namespace } = scene();
      await kubernetes.apply([gateway(namespace, "edge", { http: 80 })]);
      const all = await kubernetes.list(kinds.Gateway);
      expect(all).toContainEqual(
        expect.objectContaining({
          apiVersion: "gateway.networking.k8s.io/v1",
          kind: "Gateway",
          metadata: expect.objectContaining({ name: "edge", namespace }) as unknown,
        }),
      );
      expect(await kubernetes.get(gatewayRef(namespace, "edge"))).toBeDefined();
    });

    it("lists every page: more objects than one page holds", async () => {
      const { kubernetes, namespace } = scene();
      const labels = { contract: "many" };
      const names = Array.from({ length: PAGE + 1 }, (_, index) => `many-${index}`);
      await kubernetes.apply(names.map((name) => configMap(namespace, name, {}, { labels })));
      const options = { namespace, labelSelector: "contract=many" };
      const found = await kubernetes.list(kinds.ConfigMap, options);
      expect(namesOf(found)).toEqual(names.toSorted());
    });

    it("answers access reviews in the order of the requests", async () => {
      const { limited, namespace } = scene();
      const { kubernetes, denied } = limited;
      const allowed = { verb: "get", group: "", resource: "configmaps", namespace };
      expect(await kubernetes.review([allowed, denied, allowed])).toEqual([true, false, true]);
      expect(await kubernetes.review([])).toEqual([]);
    });

    it("reads the last lines of the pods that match, and nothing without pods", async () => {
      const { kubernetes, namespace, writeLogs } = scene();
      const query = { namespace, labelSelector: "app=talker", tailLines: 2 };
      expect(await kubernetes.logs(query)).toEqual([]);
      const lines = ["first", "second", "third"];
      await writeLogs({ namespace, name: "talker", labels: { app: "talker" }, lines });
      expect(await kubernetes.logs(query)).toEqual(["second", "third"]);
    });
  });
}
