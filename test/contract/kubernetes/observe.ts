import { describe, expect, it } from "vitest";
import { kinds } from "../../../src/kinds.ts";
import type { Scene } from "./contract.ts";
import { configMap, configMapRef, namesOf, observedUntil, unservedKind } from "./harness.ts";

/** The whole set first, then again after each change, until the signal aborts. */
export function describeObserve(scene: () => Scene): void {
  describe("observe", () => {
    it("yields the set as it is, then each change, and ends when aborted", async () => {
      const { kubernetes, namespace } = scene();
      const stop = new AbortController();
      const options = { namespace, labelSelector: "watched=yes" };
      const labels = { watched: "yes" };
      const sets = iterate(kubernetes.observe(kinds.ConfigMap, options, stop.signal));

      expect((await sets.next()).value).toEqual([]);
      await kubernetes.apply([configMap(namespace, "one", { a: "1" }, { labels })]);
      await observedUntil(sets, (set) => namesOf(set).join() === "one");
      await kubernetes.apply([configMap(namespace, "one", { a: "2" }, { labels })]);
      await observedUntil(sets, (set) => JSON.stringify(set[0]?.["data"]) === '{"a":"2"}');
      await kubernetes.apply([configMap(namespace, "two", {}, { labels })]);
      await observedUntil(sets, (set) => namesOf(set).join() === "one,two");
      await kubernetes.delete([configMapRef(namespace, "one")]);
      await observedUntil(sets, (set) => namesOf(set).join() === "two");

      const last = sets.next();
      stop.abort();
      expect(await last).toMatchObject({ done: true });
    });

    it("drops what no longer matches its labels", async () => {
      const { kubernetes, namespace } = scene();
      const stop = new AbortController();
      const options = { namespace, labelSelector: "watched=yes" };
      await kubernetes.apply([configMap(namespace, "one", {}, { labels: { watched: "yes" } })]);
      const sets = iterate(kubernetes.observe(kinds.ConfigMap, options, stop.signal));
      expect(namesOf((await sets.next()).value ?? [])).toEqual(["one"]);
      await kubernetes.apply([configMap(namespace, "one", {})]);
      await observedUntil(sets, (set) => set.length === 0);
      stop.abort();
    });

    it("observes one object by name", async () => {
      const { kubernetes, namespace } = scene();
      const stop = new AbortController();
      await kubernetes.apply([configMap(namespace, "other", {})]);
      const sets = iterate(
        kubernetes.observe(kinds.ConfigMap, { namespace, name: "one" }, stop.signal),
      );
      expect((await sets.next()).value).toEqual([]);
      await kubernetes.apply([configMap(namespace, "one", {})]);
      const set = await observedUntil(sets, ({ length }) => length > 0);
      expect(namesOf(set)).toEqual(["one"]);
      stop.abort();
    });

    it("sees an empty set of a kind that is not served", async () => {
      const { kubernetes, namespace } = scene();
      const stop = new AbortController();
      const sets = iterate(kubernetes.observe(unservedKind, { namespace }, stop.signal));
      expect((await sets.next()).value).toEqual([]);
      const last = sets.next();
      stop.abort();
      expect(await last).toMatchObject({ done: true });
    });

    it("sees the objects of a kind that is served only meanwhile", async () => {
      const { kubernetes, namespace, serve } = scene();
      const late = { ...unservedKind, apiVersion: `${namespace}.example.org/v1`, kind: "Late" };
      const { apiVersion, kind } = late;
      const stop = new AbortController();
      const sets = iterate(kubernetes.observe(late, { namespace }, stop.signal));
      expect((await sets.next()).value).toEqual([]);
      const some = observedUntil(sets, ({ length }) => length > 0);
      await serve(late);
      await kubernetes.apply([{ apiVersion, kind, metadata: { name: "one", namespace } }]);
      expect(await some).toMatchObject([
        { apiVersion, kind, metadata: { name: "one", namespace } },
      ]);
      stop.abort();
    });

    it("sees an object with a finalizer until that is gone, marked as deleted", async () => {
      const { kubernetes, namespace } = scene();
      const stop = new AbortController();
      const ref = configMapRef(namespace, "held");
      const finalizers = ["example.org/hold"];
      await kubernetes.apply([configMap(namespace, "held", {}, { finalizers })]);
      const options = { namespace, name: "held" };
      const sets = iterate(kubernetes.observe(kinds.ConfigMap, options, stop.signal));
      expect(namesOf((await sets.next()).value ?? [])).toEqual(["held"]);
      await kubernetes.delete([ref]);
      await observedUntil(sets, ([held]) => held?.metadata.deletionTimestamp !== undefined);
      await kubernetes.patch(ref, { metadata: { finalizers: null } });
      await observedUntil(sets, (set) => set.length === 0);
      stop.abort();
    });

    it("ends at once when it was aborted before", async () => {
      const { kubernetes, namespace } = scene();
      const sets = kubernetes.observe(kinds.ConfigMap, { namespace }, AbortSignal.abort());
      const seen = [];
      for await (const set of sets) seen.push(set);
      expect(seen).toEqual([]);
    });
  });
}

const iterate = <T>(iterable: AsyncIterable<T>): AsyncIterator<T> =>
  iterable[Symbol.asyncIterator]();
