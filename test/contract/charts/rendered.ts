import { expect, it } from "vitest";
import { type ChartsHarness, describeOnCharts, type LeftStatus } from "./scene.ts";

export interface RenderedHarness extends ChartsHarness {
  leave: (
    release: { name: string; namespace: string },
    status: LeftStatus | "uninstalling",
  ) => Promise<void>;
}

/**
 * What every `Charts` port does that has a helm which renders its charts: the stand-in renders none,
 * and upgrades what is no longer deployed. The chart's schema has `replicas` as an integer, and what never gets ready in it is
 * the Deployment `demo-app`.
 */
export function describeRenderedCharts(name: string, make: () => Promise<RenderedHarness>): void {
  describeOnCharts(`${name}, which renders`, make, ({ scene, namespaceOf, apply, find }) => {
    it("refuses values that the chart's schema does not allow, and changes nothing", async () => {
      await expect(apply({ values: { replicas: "three" } })).rejects.toMatchObject({
        name: "UserError",
        code: "GT-CHART-VALUES",
        message: expect.stringContaining("at '/replicas': got string, want integer") as unknown,
        retry: undefined,
      });
      expect(await find()).toBeUndefined();
      await apply();
      await expect(apply({ values: { replicas: "three" } })).rejects.toMatchObject({
        code: "GT-CHART-VALUES",
      });
      expect(await find()).toMatchObject({ revision: 1, status: "deployed" });
    });

    it("names the Deployment that it waited for in vain", async () => {
      const values = scene().chart.neverReady;
      await expect(apply({ values, timeLimitMs: 3_000 })).rejects.toMatchObject({
        code: "GT-RELEASE-TIMEOUT",
        message: expect.stringContaining(`Deployment ${namespaceOf()}/demo-app`) as unknown,
      });
    });

    it("refuses a release whose removal was cut off, until it is removed", async () => {
      const demo = { name: "demo", namespace: namespaceOf() };
      await scene().leave(demo, "uninstalling");
      expect(await find()).toMatchObject({ revision: 1, status: "uninstalling" });
      await expect(apply()).rejects.toMatchObject({
        name: "UserError",
        code: "GT-RELEASE-STATE",
        message: expect.stringContaining("has no deployed releases") as unknown,
      });
      await scene().charts.uninstall("demo", namespaceOf());
      await apply();
      expect(await find()).toMatchObject({ revision: 1, status: "deployed" });
    });
  });
}
