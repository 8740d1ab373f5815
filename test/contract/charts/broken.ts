import { describe, expect, it } from "vitest";
import type { ChartsScene } from "./scene.ts";

/** Releases that a killed helm, or one whose wait ended, leaves behind. */
export function describeBrokenReleases({ scene, namespaceOf, apply, find }: ChartsScene): void {
  const demo = () => ({ name: "demo", namespace: namespaceOf() });

  describe("a broken release", () => {
    it("refuses a release that is pending, with its revision", async () => {
      await apply();
      await scene().leave(demo(), "pending-upgrade");
      expect(await find()).toMatchObject({ revision: 2, status: "pending-upgrade" });
      await expect(apply()).rejects.toMatchObject({
        name: "UserError",
        code: "GT-RELEASE-PENDING",
        message: expect.stringContaining("demo") as unknown,
      });
    });

    it("rolls a pending upgrade back to what was deployed, after which it can be upgraded", async () => {
      await apply();
      await scene().leave(demo(), "pending-upgrade");
      await scene().charts.rollback("demo", namespaceOf());
      expect(await find()).toMatchObject({
        status: "deployed",
        values: { replicas: 1, note: "hello" },
      });
      await apply({ values: { replicas: 3 } });
      expect(await find()).toMatchObject({ status: "deployed", values: { replicas: 3 } });
    });

    it("lists a failed first install, which the next one repairs", async () => {
      await scene().leave(demo(), "failed");
      expect(await find()).toMatchObject({ revision: 1, status: "failed" });
      await apply();
      expect(await find()).toMatchObject({ status: "deployed", values: { replicas: 1 } });
    });

    it("lists a failed upgrade in place of what is deployed, and the next one repairs it", async () => {
      await apply();
      await scene().leave(demo(), "failed");
      expect(await find()).toMatchObject({ revision: 2, status: "failed" });
      await apply({ values: { replicas: 3 } });
      expect(await find()).toMatchObject({
        revision: 3,
        status: "deployed",
        values: { replicas: 3 },
      });
    });

    it("rolls a failed upgrade back to what was deployed", async () => {
      await apply();
      await scene().leave(demo(), "failed");
      await scene().charts.rollback("demo", namespaceOf());
      expect(await find()).toMatchObject({
        revision: 3,
        status: "deployed",
        values: { replicas: 1, note: "hello" },
      });
    });

    it("has nothing to roll a pending first install back to", async () => {
      await scene().leave(demo(), "pending-install");
      await expect(scene().charts.rollback("demo", namespaceOf())).rejects.toMatchObject({
        name: "UserError",
        code: "GT-RELEASE-STATE",
        message: expect.stringContaining("demo") as unknown,
      });
      expect(await find()).toMatchObject({ revision: 1, status: "pending-install" });
    });

    it("gives up the wait for what never gets ready, and leaves it failed", async () => {
      const { neverReady } = scene().chart;
      await expect(apply({ values: neverReady, timeLimitMs: 3_000 })).rejects.toMatchObject({
        name: "UserError",
        code: "GT-RELEASE-TIMEOUT",
        exitCode: 124,
        message: expect.stringMatching(/demo.*3 s/) as unknown,
        written: [`began with helm release ${namespaceOf()}/demo`],
      });
      expect(await find()).toMatchObject({ revision: 1, status: "failed", values: neverReady });
    });

    it("uninstalls a pending first install, after which it can be installed", async () => {
      await scene().leave(demo(), "pending-install");
      expect(await find()).toMatchObject({ revision: 1, status: "pending-install" });
      await scene().charts.uninstall("demo", namespaceOf());
      await apply();
      expect(await find()).toMatchObject({ revision: 1, status: "deployed" });
    });
  });
}
