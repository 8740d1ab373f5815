import { describe, expect, it } from "vitest";
import { kinds } from "../../../src/kinds.ts";
import { describeBrokenReleases } from "./broken.ts";
import { type ChartsHarness, type ChartsScene, describeOnCharts, labels } from "./scene.ts";

/** What every `Charts` port must do, whatever is behind it. */
export function describeChartsContract(name: string, make: () => Promise<ChartsHarness>): void {
  describeOnCharts(name, make, (world) => {
    describeReleases(world);
    describeBrokenReleases(world);
    describeRefusals(world);
  });
}

function describeReleases({ scene, namespaceOf, apply, find }: ChartsScene): void {
  describe("a release", () => {
    it("installs a release and lists it with its values and labels", async () => {
      expect(await find()).toBeUndefined();
      await apply();
      const { chart } = scene();
      expect(await find()).toMatchObject({
        name: "demo",
        namespace: namespaceOf(),
        revision: 1,
        status: "deployed",
        chart: chart.name,
        chartVersion: chart.versions[0],
        values: { replicas: 1, note: "hello" },
        labels,
      });
      expect(Date.parse((await find())?.updatedAt ?? "")).not.toBeNaN();
      const config = { kind: kinds.ConfigMap, namespace: namespaceOf(), name: chart.config };
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
      const all = (await scene().charts.list()).filter((one) => one.namespace === namespaceOf());
      expect(all).toHaveLength(1);
    });

    it("uninstalls a release with what it made, and does not mind an absent one", async () => {
      await apply();
      await scene().charts.uninstall("demo", namespaceOf());
      expect(await find()).toBeUndefined();
      const config = {
        kind: kinds.ConfigMap,
        namespace: namespaceOf(),
        name: scene().chart.config,
      };
      expect(await scene().kubernetes.get(config)).toBeUndefined();
      await expect(scene().charts.uninstall("demo", namespaceOf())).resolves.toBeUndefined();
    });

    it("lists the newest revision only, after several", async () => {
      for (const replicas of [1, 2, 3]) await apply({ values: { replicas } });
      const all = (await scene().charts.list()).filter((one) => one.namespace === namespaceOf());
      expect(all).toMatchObject([{ revision: 3, status: "deployed", values: { replicas: 3 } }]);
    });

    it("keeps releases of the same name apart by their namespace", async () => {
      const other = `${namespaceOf()}-other`;
      await scene().kubernetes.apply([
        { apiVersion: "v1", kind: "Namespace", metadata: { name: other } },
      ]);
      await apply({ values: { replicas: 1 } });
      await apply({ namespace: other, values: { replicas: 2 } });
      await scene().charts.uninstall("demo", namespaceOf());
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
  });
}

/** What helm does not begin. */
function describeRefusals({ scene, namespaceOf, request, apply, find }: ChartsScene): void {
  describe("a refusal", () => {
    it("refuses to take over an object that is not the release's, naming it", async () => {
      const { kubernetes, chart } = scene();
      const name = chart.config;
      await kubernetes.apply([
        {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name, namespace: namespaceOf() },
          data: {},
        },
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
