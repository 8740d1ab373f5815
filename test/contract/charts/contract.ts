import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { kinds } from "../../../src/kinds.ts";
import type { Charts, Release, ReleaseRequest } from "../../../src/ports/charts.ts";
import type { Kubernetes } from "../../../src/ports/kubernetes.ts";
import { describeBrokenReleases } from "./broken.ts";

export interface ChartsScene {
  scene: () => ChartsHarness;
  /** The test's own. */
  namespaceOf: () => string;
  /** Of the release `demo` in that namespace. */
  apply: (more?: Partial<ReleaseRequest>) => Promise<void>;
  find: () => Promise<Release | undefined>;
}

/** A chart in two versions; it takes the values `{replicas, note}` and owns the ConfigMap `config`. */
export interface ContractChart {
  reference: (version: string) => string;
  /** The chart's own name, as `Release.chart` has it. */
  name: string;
  versions: readonly [older: string, newer: string];
  /** Name of a ConfigMap in the release's namespace that the chart makes. */
  config: string;
}

/** A cluster and the charts port on it. */
export interface ChartsHarness {
  charts: Charts;
  kubernetes: Kubernetes;
  chart: ContractChart;
  /** A reference that leads nowhere. */
  unreachable: string;
  /** Leaves the release as a killed helm does (pending), or one whose wait ended (failed). */
  leave: (
    release: { name: string; namespace: string },
    status: "pending-install" | "pending-upgrade" | "failed",
  ) => Promise<void>;
  close: () => Promise<void>;
}

const labels = { "gateway-tls-installation": "contract" };

/**
 * What every `Charts` port must do, whatever is behind it. `make` is called once; each test works
 * in a namespace of its own, so the cluster may be a shared one.
 */
export function describeChartsContract(name: string, make: () => Promise<ChartsHarness>): void {
  describe(`the Charts port over ${name}`, () => {
    let made: ChartsHarness | undefined;
    let namespace = "";
    let count = 0;
    const run = randomUUID().slice(0, 8);

    beforeAll(async () => {
      made = await make();
    });
    beforeEach(async () => {
      count += 1;
      namespace = `contract-charts-${run}-${count}`;
      await made?.kubernetes.apply([
        { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
      ]);
    });
    afterAll(async () => {
      await made?.close();
    });

    const scene = (): ChartsHarness => {
      if (made === undefined) throw new Error("the harness was not made");
      return made;
    };
    const request = (more: Partial<ReleaseRequest> = {}): ReleaseRequest => {
      const { reference, versions } = scene().chart;
      const version = more.version ?? versions[0];
      return {
        name: "demo",
        namespace,
        chart: reference(version),
        version,
        values: { replicas: 1, note: "hello" },
        labels,
        timeLimitMs: 60_000,
        ...more,
      };
    };
    const apply = (more: Partial<ReleaseRequest> = {}) =>
      scene().charts.apply(request(more), { signal: new AbortController().signal });
    const find = async (release = "demo"): Promise<Release | undefined> =>
      (await scene().charts.list()).find(
        (one) => one.name === release && one.namespace === namespace,
      );

    it("installs a release and lists it with its values and labels", async () => {
      expect(await find()).toBeUndefined();
      await apply();
      const { chart } = scene();
      expect(await find()).toMatchObject({
        name: "demo",
        namespace,
        revision: 1,
        status: "deployed",
        chart: chart.name,
        chartVersion: chart.versions[0],
        values: { replicas: 1, note: "hello" },
        labels,
      });
      expect(Date.parse((await find())?.updatedAt ?? "")).not.toBeNaN();
      const config = { kind: kinds.ConfigMap, namespace, name: chart.config };
      expect(await scene().kubernetes.get(config)).toBeDefined();
    });

    it("upgrades in place: a new revision, its values in place of the old ones", async () => {
      await apply();
      await apply({ version: scene().chart.versions[1], values: { replicas: 2 } });
      expect(await find()).toMatchObject({
        revision: 2,
        status: "deployed",
        chartVersion: scene().chart.versions[1],
        values: { replicas: 2 },
        labels,
      });
      expect((await find())?.values).not.toHaveProperty("note");
      const all = (await scene().charts.list()).filter((one) => one.namespace === namespace);
      expect(all).toHaveLength(1);
    });

    it("uninstalls a release with what it made, and does not mind an absent one", async () => {
      await apply();
      await scene().charts.uninstall("demo", namespace);
      expect(await find()).toBeUndefined();
      const config = { kind: kinds.ConfigMap, namespace, name: scene().chart.config };
      expect(await scene().kubernetes.get(config)).toBeUndefined();
      await expect(scene().charts.uninstall("demo", namespace)).resolves.toBeUndefined();
    });

    it("lists the newest revision only, after several", async () => {
      for (const replicas of [1, 2, 3]) await apply({ values: { replicas } });
      const all = (await scene().charts.list()).filter((one) => one.namespace === namespace);
      expect(all).toMatchObject([{ revision: 3, status: "deployed", values: { replicas: 3 } }]);
    });

    it("keeps releases of the same name apart by their namespace", async () => {
      const other = `${namespace}-other`;
      await scene().kubernetes.apply([
        { apiVersion: "v1", kind: "Namespace", metadata: { name: other } },
      ]);
      await apply({ values: { replicas: 1 } });
      await apply({ namespace: other, values: { replicas: 2 } });
      await scene().charts.uninstall("demo", namespace);
      expect(await find()).toBeUndefined();
      const left = (await scene().charts.list()).filter((one) => one.namespace === other);
      expect(left).toMatchObject([{ name: "demo", status: "deployed", values: { replicas: 2 } }]);
    });

    it("keeps nested values as they were given: whole, in order, with what is empty", async () => {
      const values = {
        replicas: 1,
        note: 'a: b\n"c" {{ d }}',
        extra: { list: [3, { a: true }, ""], none: {}, empty: [], zero: 0, text: "0123" },
      };
      await apply({ values });
      expect((await find())?.values).toEqual(values);
    });

    it("merges nothing of the last values into the next: a map is given anew as well", async () => {
      await apply({ values: { replicas: 1, extra: { kept: "1", dropped: "1" } } });
      await apply({ values: { replicas: 1, extra: { kept: "2" } } });
      expect((await find())?.values).toEqual({ replicas: 1, extra: { kept: "2" } });
    });

    describeBrokenReleases({ scene, namespaceOf: () => namespace, apply, find });

    it("refuses to take over an object that is not the release's, naming it", async () => {
      const { kubernetes, chart } = scene();
      const name = chart.config;
      await kubernetes.apply([
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: {} },
      ]);
      await expect(apply()).rejects.toMatchObject({
        code: "GT-RELEASE-OWNERSHIP",
        message: expect.stringContaining(chart.config) as unknown,
      });
    });

    it("says so, and that it may pass, when a chart cannot be reached", async () => {
      await expect(apply({ chart: scene().unreachable })).rejects.toMatchObject({
        name: "UserError",
        code: "GT-CHART-UNREACHABLE",
        retry: expect.objectContaining({ limitMs: 60_000 }) as unknown,
      });
      expect(await find()).toBeUndefined();
    });

    it("starts nothing once the signal is aborted", async () => {
      const signal = AbortSignal.abort();
      await expect(scene().charts.apply(request(), { signal })).rejects.toMatchObject({
        code: "GT-CANCELLED",
      });
      expect(await find()).toBeUndefined();
    });
  });
}
