import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
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
const run = (line: string) => runInSandbox(line, { statePath, cwd: directory });

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
