import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { kinds } from "../../src/kinds.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { bringUp } from "../support/bring-up.ts";
import { buildConfig } from "../support/config.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-components-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const openSandbox = () => createSandbox({ statePath: join(directory, "sandbox.json"), faults: [] });

test("a Deployment of a chart that somebody deleted is made again", async () => {
  await bringUp(await openSandbox());
  const sandbox = await openSandbox();
  const { kubernetes } = await sandbox.connect(await sandbox.clusters.find("demo"), {});
  const name = "cert-manager-cainjector";
  await kubernetes.delete([{ kind: kinds.Deployment, namespace: "cert-manager", name }]);
  const again = await bringUp(await openSandbox());
  expect(again.items).toContainEqual(
    expect.objectContaining({
      name: "cert-manager/cert-manager",
      intent: "update",
      fields: ["Deployment of the cainjector is gone"],
    }),
  );
});

test("one that the chart's values turn off is not missed", async () => {
  const config = buildConfig({
    charts: { "cert-manager": { values: { cainjector: { enabled: false } } } },
  });
  await bringUp(await openSandbox(), { config });
  const again = await bringUp(await openSandbox(), { config });
  expect(again.items.filter(({ intent }) => intent !== "keep")).toEqual([]);
  expect(again.result).toMatchObject({ result: "unchanged", writes: 0 });
});
