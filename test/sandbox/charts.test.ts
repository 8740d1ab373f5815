import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/json.ts";
import { certManagerChart } from "../../src/sandbox/charts/cert-manager.ts";
import { externalDnsArgs, externalDnsChart } from "../../src/sandbox/charts/external-dns.ts";
import { nginxGatewayFabricChart } from "../../src/sandbox/charts/nginx-gateway-fabric.ts";
import { findChart } from "../../src/sandbox/charts/registry.ts";
import { hasUpstreamData, listUpstreamCharts } from "../support/upstream.ts";
import { installCrds, installRelease, newSandbox } from "./bring-up.ts";

const charts = [certManagerChart, externalDnsChart, nginxGatewayFabricChart];

describe("a chart's reference", () => {
  test.each([
    ["oci://quay.io/jetstack/charts/cert-manager", "v1.21.1", "cert-manager", "v1.21.1", "v1.21.1"],
    [
      "oci://quay.io/jetstack/charts/cert-manager:v1.15.3",
      undefined,
      "cert-manager",
      "v1.15.3",
      "v1.15.3",
    ],
    ["./mirror/cert-manager-v1.21.1.tgz", undefined, "cert-manager", "v1.21.1", "v1.21.1"],
    ["external-dns", "1.21.1", "external-dns", "1.21.1", "0.21.0"],
    ["external-dns", "1.14.5", "external-dns", "1.14.5", "0.14.2"],
    [
      "oci://ghcr.io/nginx/charts/nginx-gateway-fabric",
      undefined,
      "nginx-gateway-fabric",
      "2.6.7",
      "2.6.7",
    ],
  ])("%s at %s", (chart, version, name, chartVersion, appVersion) => {
    const found = findChart(charts, { chart, ...(version === undefined ? {} : { version }) });
    expect([found.chart.name, found.version, found.appVersion]).toEqual([
      name,
      chartVersion,
      appVersion,
    ]);
  });
});

describe("values are held to the charts' schemas", () => {
  test.each<[string, string, JsonObject, string[]]>([
    ["cert-manager", "v1.21.1", { crds: { enabled: true, keep: true } }, []],
    ["cert-manager", "v1.21.1", { crd: {} }, ["at '': additional properties 'crd' not allowed"]],
    [
      "cert-manager",
      "v1.21.1",
      { crds: { enable: true } },
      ["at '/crds': additional properties 'enable' not allowed"],
    ],
    ["cert-manager", "v1.15.3", { crd: {} }, []],
    ["external-dns", "1.21.1", { infoblox: { domainFilter: "x" } }, []],
    [
      "external-dns",
      "1.21.1",
      { domainFilters: "example.com" },
      ["at '/domainFilters': got string, want array"],
    ],
    [
      "external-dns",
      "1.21.1",
      { policy: "all" },
      ["at '/policy': value must be one of 'create-only', 'sync', 'upsert-only'"],
    ],
    [
      "external-dns",
      "1.14.5",
      { extraArgs: { a: "b" } },
      ["at '/extraArgs': got object, want array"],
    ],
    ["external-dns", "1.21.1", { extraArgs: { a: "b" } }, []],
    [
      "nginx-gateway-fabric",
      "2.6.7",
      { nginx: { service: { type: "Balancer" } } },
      ["at '/nginx/service/type': value must be one of 'ClusterIP', 'LoadBalancer', 'NodePort'"],
    ],
    ["nginx-gateway-fabric", "2.6.7", { service: { type: "LoadBalancer" } }, []],
  ])("%s %s %j", (chart, version, values, problems) => {
    expect(charts.find(({ name }) => name === chart)?.check(version, values)).toEqual(problems);
  });

  test("a release with wrong values is refused, and nothing is there", async () => {
    const sandbox = await newSandbox();
    const refused = installRelease(sandbox, "certManager", { values: { crd: {} } });
    await expect(refused).rejects.toMatchObject({ code: "GT-CHART-VALUES" });
    const connection = await sandbox.connect(undefined, {});
    expect(await connection.charts.list()).toEqual([]);
  });
});

describe("ExternalDNS's arguments", () => {
  test("come from the values as its chart writes them", () => {
    const args = externalDnsArgs({
      provider: { name: "aws" },
      sources: ["gateway-httproute"],
      txtOwnerId: "us",
      triggerLoopOnEvent: true,
      gatewayNamespace: "gateway-tls",
      extraArgs: { "zone-id-filter": ["Z1", "Z2"], "dry-run": null },
    });
    expect(args).toEqual(
      expect.arrayContaining([
        "--events",
        "--interval=1m",
        "--policy=upsert-only",
        "--source=gateway-httproute",
        "--txt-owner-id=us",
        "--gateway-namespace=gateway-tls",
        "--zone-id-filter=Z1",
        "--zone-id-filter=Z2",
        "--dry-run",
      ]),
    );
  });
});

describe("an install that was stopped", () => {
  test("leaves a failed release, which the next install takes on from", async () => {
    const sandbox = await newSandbox();
    await installCrds(sandbox);
    const { charts: port } = await sandbox.connect(undefined, {});
    const stop = new AbortController();
    const installing = installRelease(sandbox, "certManager", {}, stop.signal);
    await sandbox.clock.sleep(3_000);
    expect(await port.list()).toMatchObject([{ status: "pending-install", revision: 1 }]);
    stop.abort();
    await expect(installing).rejects.toMatchObject({ code: "GT-CANCELLED", exitCode: 130 });
    expect(await port.list()).toMatchObject([{ status: "failed", revision: 1 }]);
    await installRelease(sandbox, "certManager");
    expect(await port.list()).toMatchObject([{ status: "deployed", revision: 2 }]);
  });
});

describe("helm's ownership", () => {
  test("a ServiceAccount of another is refused unless the chart leaves it alone", async () => {
    const sandbox = await newSandbox();
    await installCrds(sandbox);
    const { kubernetes } = await sandbox.connect(undefined, {});
    const labels = { "app.kubernetes.io/managed-by": "eksctl" };
    await kubernetes.apply([
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "external-dns" } },
      {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "external-dns", namespace: "external-dns", labels },
      },
    ]);
    const wanted = (create: boolean) => ({
      values: { serviceAccount: { create, name: "external-dns" } },
    });
    await expect(installRelease(sandbox, "externalDns", wanted(true))).rejects.toMatchObject({
      code: "GT-RELEASE-OWNERSHIP",
      message: expect.stringContaining('current value is "eksctl"'),
    });
    await expect(installRelease(sandbox, "externalDns", wanted(false))).resolves.toBeUndefined();
  });
});

test.skipIf(!hasUpstreamData)("upstream's charts are those that the sandbox knows", () => {
  const known = charts.flatMap(({ name, versions }) =>
    Object.keys(versions).map((version) => `${name}-${version.replace(/^v/, "")}`),
  );
  expect(known.sort()).toEqual(listUpstreamCharts());
});
