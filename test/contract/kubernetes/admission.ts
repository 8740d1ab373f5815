import { describe, expect, it } from "vitest";
import { kinds } from "../../../src/kinds.ts";
import type { Scene } from "./contract.ts";
import { configMap, configMapRef, mustGet, observedUntil } from "./harness.ts";

/** What the API server does not take. */
export function describeAdmission(scene: () => Scene): void {
  describe("an invalid object", () => {
    const invalid = (name: string) => ({
      name: "UserError",
      code: "GT-OBJECT-INVALID",
      message: expect.stringMatching(new RegExp(`${name}.*metadata\\.labels`)) as unknown,
      retry: undefined,
    });
    const labels = { note: "no label may have spaces" };

    it("is refused, naming it and the field, and is not made", async () => {
      const { kubernetes, namespace } = scene();
      const one = configMap(namespace, "one", {}, { labels });
      await expect(kubernetes.apply([one])).rejects.toMatchObject(invalid("one"));
      await expect(kubernetes.create(one)).rejects.toMatchObject(invalid("one"));
      expect(await kubernetes.get(configMapRef(namespace, "one"))).toBeUndefined();
    });

    it("is not what a good one is changed into", async () => {
      const { kubernetes, namespace } = scene();
      const ref = configMapRef(namespace, "one");
      await kubernetes.apply([configMap(namespace, "one", {})]);
      const { resourceVersion = "" } = (await mustGet(kubernetes, ref)).metadata;
      const next = configMap(namespace, "one", {}, { labels, resourceVersion });
      await expect(kubernetes.patch(ref, { metadata: { labels } })).rejects.toMatchObject(
        invalid("one"),
      );
      await expect(kubernetes.replace(next)).rejects.toMatchObject(invalid("one"));
      expect((await mustGet(kubernetes, ref)).metadata.labels).toBeUndefined();
    });
  });

  describe("a namespace that is being deleted", () => {
    it("takes nothing new, lets what is there be changed, and goes with the last of it", async () => {
      const { kubernetes, namespace } = scene();
      const finalizers = ["example.org/hold"];
      await kubernetes.apply([configMap(namespace, "held", {}, { finalizers })]);
      await kubernetes.delete([{ kind: kinds.Namespace, name: namespace }]);
      const terminating = {
        name: "UserError",
        code: "GT-NAMESPACE-TERMINATING",
        message: expect.stringContaining(namespace) as unknown,
        retry: { limitMs: 300_000, intervalMs: 5000 },
      };
      const late = configMap(namespace, "late", {});
      await expect(kubernetes.apply([late])).rejects.toMatchObject(terminating);
      await expect(kubernetes.create(late)).rejects.toMatchObject(terminating);

      const held = configMapRef(namespace, "held");
      await kubernetes.apply([configMap(namespace, "held", { a: "1" }, { finalizers })]);
      expect(await kubernetes.get(held)).toMatchObject({ data: { a: "1" } });
      await kubernetes.patch(held, { metadata: { finalizers: null } });
      const stop = new AbortController();
      const sets = kubernetes.observe(kinds.Namespace, { name: namespace }, stop.signal);
      await observedUntil(sets[Symbol.asyncIterator](), (set) => set.length === 0);
      stop.abort();
    });
  });
}
