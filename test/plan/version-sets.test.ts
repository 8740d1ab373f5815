import { describe, expect, it } from "vitest";
import { checkPair, versionSets } from "../../src/plan/version-sets.ts";

describe("versionSets", () => {
  it.each(Object.values(versionSets))("$name pins every version exactly", (set) => {
    const versions = [set.gatewayApi.version, ...Object.values(set.charts).map((c) => c.version)];
    expect(versions.every((version) => /^v?\d+\.\d+\.\d+$/.test(version))).toBe(true);
    expect(set.gatewayApi.url).toContain(`/v${set.gatewayApi.version}/standard-install.yaml`);
  });
});

describe("checkPair", () => {
  it.each([
    ["current", 33, "pod-identity"],
    ["current", 36, "irsa"],
    ["2025", 29, "irsa"],
    ["2025", 32, "irsa"],
  ] as const)("takes %s on 1.%i with %s", (set, minor, identity) => {
    expect(checkPair(versionSets[set], minor, identity)).toBeUndefined();
  });

  it.each([
    ["current", 32, "irsa", "1.33 to 1.36, and the cluster runs 1.32"],
    ["current", 37, "irsa", "1.33 to 1.36, and the cluster runs 1.37"],
    ["2025", 28, "irsa", "1.29 to 1.32, and the cluster runs 1.28"],
    ["2025", 33, "irsa", "1.29 to 1.32, and the cluster runs 1.33"],
    ["2025", 30, "pod-identity", "2025 does not work with EKS Pod Identity"],
  ] as const)("refuses %s on 1.%i with %s, naming the pair", (set, minor, identity, words) => {
    expect(checkPair(set, minor, identity)).toContain(words);
    expect(checkPair(set, minor, identity)).toContain(set);
  });
});
