import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import type { ConnectedWorld } from "../../src/ports/world.ts";
import { applyObject } from "../../src/sandbox/apply-object.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import type { Simulation } from "../../src/sandbox/simulation.ts";
import { writeState } from "../../src/sandbox/state-file.ts";
import { runInSandbox } from "../support/life.ts";

let directory: string;
let statePath: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-kept-crds-"));
  statePath = join(directory, "sandbox.json");
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const openSandbox = () => createSandbox({ statePath, faults: [] });
const run = (line: string, through?: Parameters<typeof runInSandbox>[2]) =>
  runInSandbox(line, { statePath, cwd: directory }, through);

it("uninstall --delete-crds takes those that an earlier uninstall kept, and nobody else's", async () => {
  const before = await listCrds();
  await run(INIT);
  await run("uninstall --yes");
  await plantForeignCrd();
  const kept = await run("uninstall --yes");
  expect(kept.stdout).toContain("--delete-crds removes them");
  expect((await run("uninstall --delete-crds --yes")).stdout).toContain("is gone from demo");
  expect(await listCrds()).toEqual([...before, "orders.cert-manager.io"]);
  const again = await run("uninstall --delete-crds --yes --output json");
  expect(JSON.parse(again.stdout)).toMatchObject({ result: "unchanged", writes: 0 });
});

describe.each(["nginx-gateway-fabric", "cert-manager"])(
  "the CRDs of %s, whose install was killed before anybody could mark them",
  (chart) => {
    it("go with uninstall --delete-crds", async () => {
      const before = await listCrds();
      await run(INIT, killedAfter(chart));
      expect(await listCrds()).not.toEqual(before);
      await run("uninstall --delete-crds --yes");
      expect(await listCrds()).toEqual(before);
    });

    it("stay known when an uninstall keeps them", async () => {
      const before = await listCrds();
      await run(INIT, killedAfter(chart));
      await leavePending(chart);
      expect((await run(INIT)).exitCode).toBe(0);
      await run("uninstall --yes");
      await run("uninstall --delete-crds --yes");
      expect(await listCrds()).toEqual(before);
    });
  },
);

describe("CRDs that helm made for somebody else", () => {
  const unused = "widgets.gateway.nginx.org";

  it("stay when they are older than the installation", async () => {
    await change((simulation) => applyObject(simulation, crdOf("gateway.nginx.org"), "helm"));
    await run(INIT);
    await run("uninstall --delete-crds --yes");
    expect(await listCrds()).toContain(unused);
  });

  it("stay when somebody else has the chart too", async () => {
    await run(INIT);
    await change((simulation) => {
      applyObject(simulation, crdOf("gateway.nginx.org"), "helm");
      const ours = simulation.state.releases.find(({ chart }) => chart === "nginx-gateway-fabric");
      if (ours === undefined) throw new Error("init has not installed it");
      simulation.state.releases.push({ ...ours, namespace: "shop", labels: {} });
    });
    await run("uninstall --delete-crds --yes");
    expect(await listCrds()).toContain(unused);
  });

  it("stay when it was not helm that made them", async () => {
    await run(INIT);
    await change((simulation) => applyObject(simulation, crdOf("gateway.nginx.org"), "kubectl"));
    await run("uninstall --delete-crds --yes");
    expect(await listCrds()).toContain(unused);
  });
});

/** The chart's CRDs are there, helm has its record, and the process is gone. */
function killedAfter(chart: string) {
  const killed = new Error("killed");
  let isKilled = false;
  const unlessKilled = <T>(write: () => Promise<T>): Promise<T> =>
    isKilled ? Promise.reject(killed) : write();
  return (world: ConnectedWorld): ConnectedWorld => ({
    ...world,
    kubernetes: {
      ...world.kubernetes,
      apply: (objects) => unlessKilled(() => world.kubernetes.apply(objects)),
      patch: (ref, patch) => unlessKilled(() => world.kubernetes.patch(ref, patch)),
    },
    charts: {
      ...world.charts,
      apply: (request, options) =>
        unlessKilled(async () => {
          await world.charts.apply(request, options);
          isKilled ||= request.name === chart;
        }),
    },
  });
}

async function change(by: (simulation: Simulation) => unknown): Promise<void> {
  const { simulation } = await openSandbox();
  by(simulation);
  writeState(statePath, simulation.state);
}

const leavePending = (chart: string) =>
  change(({ state }) => {
    state.releases = state.releases.map((release) =>
      release.name === chart ? { ...release, status: "pending-install" } : release,
    );
  });

/** Its plural is `widgets`. */
const crdOf = (group: string): KubernetesObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `widgets.${group}` },
  spec: {
    group,
    names: { kind: "Widget", plural: "widgets" },
    scope: "Namespaced",
    versions: [{ name: "v1", served: true, storage: true }],
  },
});

const INIT = "init --domain example.com --email ops@example.com --cluster demo --sample-app --yes";

async function listCrds(): Promise<string[]> {
  const { simulation } = await openSandbox();
  return simulation.store.all("CustomResourceDefinition").map(({ metadata }) => metadata.name);
}

/** As an earlier cert-manager of someone else's left it, whose release had the same name. */
async function plantForeignCrd(): Promise<void> {
  const sandbox = await openSandbox();
  const { kubernetes } = await sandbox.connect(await sandbox.clusters.find("demo"), {});
  await kubernetes.apply([
    {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: {
        name: "orders.cert-manager.io",
        labels: { "app.kubernetes.io/managed-by": "Helm" },
        annotations: {
          "meta.helm.sh/release-name": "cert-manager",
          "meta.helm.sh/release-namespace": "cert-manager",
        },
      },
      spec: {
        group: "cert-manager.io",
        names: { kind: "OrderOld", plural: "orders" },
        scope: "Namespaced",
        versions: [{ name: "v1", served: true, storage: true }],
      },
    },
  ]);
}
