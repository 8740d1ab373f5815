import { describe, expect, it } from "vitest";
import { versionSets } from "../../src/plan/version-sets.ts";

describe("versionSets", () => {
  it.each(Object.values(versionSets))("$name pins every version exactly", (set) => {
    const versions = [set.gatewayApi.version, ...Object.values(set.charts).map((c) => c.version)];
    expect(versions.every((version) => /^v?\d+\.\d+\.\d+$/.test(version))).toBe(true);
    expect(set.gatewayApi.url).toContain(`/v${set.gatewayApi.version}/standard-install.yaml`);
  });
});
