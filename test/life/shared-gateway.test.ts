import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { applyObject } from "../../src/sandbox/apply-object.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { ZONE_ID } from "../../src/sandbox/seed.ts";
import { bringUp } from "../support/bring-up.ts";
import { buildConfig } from "../support/config.ts";
import { runInSandbox } from "../support/life.ts";
import { snapshot } from "../support/snapshot.ts";
import { takeDown } from "../support/take-down.ts";

let directory: string;
let sandbox: Sandbox;
let before: unknown;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-shared-"));
  sandbox = await createSandbox({ statePath: join(directory, "sandbox.json"), faults: [] });
  before = snapshot(sandbox);
  const { error } = await bringUp(sandbox, { config });
  if (error !== undefined) throw error;
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const config: Config = buildConfig({
  hosts: [
    {
      hostname: "www.example.com",
      backend: { namespace: "shop", service: "web", port: 80 },
      path: "/",
    },
  ],
  sampleApp: false,
});

const GATEWAY = { name: "gateway-tls", namespace: "gateway-tls" };

const plantRoute = (hostnames: string[], sectionName?: string, kind?: string) =>
  plant(buildRoute(hostnames, sectionName, kind));

function buildRoute(hostnames: string[], sectionName?: string, kind = "HTTPRoute") {
  const section = sectionName === undefined ? {} : { sectionName };
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind,
    metadata: { name: "team-route", namespace: "shop" },
    spec: {
      parentRefs: [{ ...GATEWAY, ...section }],
      hostnames,
      rules: [{ backendRefs: [{ name: "api", port: 8080 }] }],
    },
  };
}

function plant(object: Parameters<typeof applyObject>[1]): void {
  applyObject(sandbox.simulation, object, "team");
  pass();
}

const pass = () => {
  sandbox.simulation.passUntil(sandbox.simulation.now + 300_000);
};

function removeRoute(): void {
  const { store } = sandbox.simulation;
  const route = store.findKind("HTTPRoute", "team-route", "shop");
  if (route !== undefined) store.remove(route);
  pass();
}

/** The names of a kind that there are. */
const namesOf = (kind: string) =>
  sandbox.simulation.store
    .all(kind)
    .map(({ metadata }) => metadata.name)
    .sort();
const listeners = (): string[] => {
  const { store } = sandbox.simulation;
  const spec: { listeners?: { name: string }[] } = Object(
    store.findKind("Gateway", GATEWAY.name, GATEWAY.namespace)?.["spec"],
  );
  return (spec.listeners ?? []).map(({ name }) => name);
};
const records = () =>
  (sandbox.simulation.state.aws.zones[ZONE_ID]?.records ?? [])
    .filter(({ type }) => type === "A")
    .map(({ name }) => name);
const releases = () =>
  Object.values(sandbox.simulation.state.releases)
    .map(({ name }) => name)
    .sort();

async function uninstall(options: { deleteCrds?: boolean } = {}) {
  const { items, error, result } = await takeDown(sandbox, { config, options });
  expect(error).toBeUndefined();
  const reasons = items.flatMap(({ kind, name, reason }) =>
    reason === undefined ? [] : [`${kind} ${name}: ${reason}`],
  );
  return { items, reasons, result };
}

async function expectNothingMore(): Promise<void> {
  const { result } = await uninstall();
  expect(result).toMatchObject({ result: "unchanged", writes: 0 });
}

describe("uninstall, where a route of others hangs on port 80 of our Gateway", () => {
  beforeEach(() => {
    plantRoute(["team.example.com"], "http");
  });

  it("keeps the Gateway and what that route needs, and names it", async () => {
    const { reasons } = await uninstall();
    expect(reasons).toEqual(
      expect.arrayContaining([
        "Gateway gateway-tls/gateway-tls: kept: HTTPRoute shop/team-route uses it",
        expect.stringMatching(/^Load balancer .*: kept: the Gateway uses it$/),
        "Helm release nginx-gateway/nginx-gateway-fabric: kept: Gateway gateway-tls/gateway-tls uses it",
        "DNS record team.example.com A: kept: HTTPRoute shop/team-route uses it",
        "Helm release external-dns/external-dns: kept: it writes team.example.com",
        "IAM role gateway-tls-external-dns.eu-west-1.demo: kept: ExternalDNS uses it",
        "Namespace external-dns: kept: ExternalDNS is in it",
        "Namespace gateway-tls: kept: Gateway gateway-tls/gateway-tls is in it",
      ]),
    );
    expect(listeners()).toEqual(["http"]);
    expect(records()).toEqual(["team.example.com"]);
    expect(releases()).toEqual(["external-dns", "nginx-gateway-fabric"]);
    expect(namesOf("HTTPRoute")).toEqual(["team-route"]);
    expect(namesOf("Certificate")).toEqual([]);
    await expectNothingMore();
  });

  it("takes the rest once that route is gone", async () => {
    await uninstall();
    removeRoute();
    await uninstall();
    expect(snapshot(sandbox)).toEqual(before);
  });
});

it("uninstall keeps no ExternalDNS that writes nothing for others", async () => {
  plantRoute(["team.example.org"]);
  await uninstall();
  expect(listeners()).toEqual(["http"]);
  expect(releases()).toEqual(["nginx-gateway-fabric"]);
  expect(records()).toEqual([]);
});

it.each(["HTTPRoute", "GRPCRoute"])(
  "uninstall keeps the HTTPS listener that a %s of others is served by, with all it needs",
  async (kind) => {
    plantRoute(["www.example.com"], "www.example.com", kind);
    const { reasons } = await uninstall();
    expect(reasons).toEqual(
      expect.arrayContaining([
        `HTTPS listener www.example.com: kept: ${kind} shop/team-route uses it`,
        `Certificate gateway-tls/www.example.com-tls: kept: ${kind} shop/team-route uses it`,
        "Helm release cert-manager/cert-manager: kept: Certificate gateway-tls/www.example.com-tls uses it",
        "ClusterIssuer gateway-tls-production: kept: Certificate gateway-tls/www.example.com-tls uses it",
      ]),
    );
    expect(listeners()).toEqual(["http", "www.example.com"]);
    expect(namesOf("ClusterIssuer")).toEqual(["gateway-tls-production"]);
    expect(namesOf("Secret")).toContain("www.example.com-tls");
    expect(records()).toEqual(["www.example.com"]);
    await expectNothingMore();
  },
);

describe("uninstall, where a listener of others is on our Gateway", () => {
  beforeEach(() => {
    plant({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: GATEWAY,
      spec: {
        listeners: [
          {
            name: "team",
            port: 443,
            protocol: "HTTPS",
            hostname: "team.example.com",
            tls: { mode: "Terminate", certificateRefs: [{ name: "team-tls" }] },
          },
        ],
      },
    });
  });

  it("keeps the Gateway with it, and its Certificate", async () => {
    const { reasons } = await uninstall();
    expect(reasons).toEqual(
      expect.arrayContaining([
        "Gateway gateway-tls/gateway-tls: kept: its listener team is not ours",
        "Certificate gateway-tls/team-tls: kept: its listener team is not ours",
      ]),
    );
    expect(listeners().toSorted()).toEqual(["http", "team"]);
    expect(namesOf("Certificate")).toEqual(["team-tls"]);
    await expectNothingMore();
  });

  it("takes no CRDs, which would take the Gateway", async () => {
    const state = snapshot(sandbox);
    await expect(
      takeDown(sandbox, { config, options: { deleteCrds: true } }),
    ).rejects.toMatchObject({
      code: "GT-CRDS-IN-USE",
      message: expect.stringContaining("its listener team is not ours"),
    });
    expect(snapshot(sandbox)).toEqual(state);
  });
});

it("uninstall keeps nothing for a route that the Gateway does not accept", async () => {
  plant({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "refused", namespace: "kube-system" },
    spec: { parentRefs: [GATEWAY], hostnames: ["team.example.com"], rules: [] },
  });
  await uninstall();
  expect(namesOf("Gateway")).toEqual([]);
  expect(releases()).toEqual([]);
});

it("is not called gone by uninstall, which tells who it serves", async () => {
  await sandbox.close();
  const where = { statePath: join(directory, "whole.json"), cwd: directory };
  const init =
    "init --domain example.com --email ops@example.com --cluster demo --backend shop/web:80";
  await runInSandbox(`${init} --yes`, where);
  sandbox = await createSandbox({ statePath: where.statePath, faults: [] });
  const { kubernetes } = await sandbox.connect(await sandbox.clusters.find("demo"), {});
  await kubernetes.apply([buildRoute(["team.example.com"])]);
  pass();
  await sandbox.close();
  const { exitCode, stdout, stderr } = await runInSandbox("uninstall --yes", where);
  expect(exitCode, stderr).toBe(0);
  expect(stdout).toContain("the Gateway serves others");
  expect(stdout).toContain("shop/team-route");
});
