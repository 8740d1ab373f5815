import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { KubernetesObject } from "../../../src/ports/kubernetes.ts";
import { at, list } from "../../../src/sandbox/fields.ts";
import { run } from "../build/run.ts";
import { writeEnvironment } from "../environment.ts";
import type { Lab } from "../lab.ts";
import { placesOf, runInit } from "./gateway-tls.ts";
import { until } from "./until.ts";
import { visit } from "./visit.ts";
import { startWorld } from "./world.ts";

const PODS = "/api/v1/namespaces/cert-manager/pods";

let lab: Lab;

beforeAll(async () => {
  lab = await startWorld();
});
afterAll(() => lab.stop());

test("cert-manager of others, with the Gateway API before its CRDs, ends; init brings them and goes on with it", async () => {
  await installTheirs();
  const [pod] = await until("cert-manager's container is restarted", async () => {
    const found = (await listPods()).filter((one) => restartsOf(one) > 0);
    return found.length > 0 ? found : undefined;
  });
  expect(readLog(pod)).toContain("Gateway API CRDs do not seem to be present");

  const { document, stderr } = await runInit(lab, ["--sample-app"]);
  expect(document.error, stderr).toBe(null);
  expect(document.plan).toContainEqual(
    expect.objectContaining({ kind: "cert-manager", intent: "keep", owner: expect.anything() }),
  );
  expect(await visit(lab, "https://www.lab.example/")).toMatchObject({ status: 200 });
});

async function installTheirs(): Promise<void> {
  const { env } = writeEnvironment(lab, 4);
  const chart = join(lab.built.charts, "cert-manager");
  const values = ["--set=crds.enabled=true,config.enableGatewayAPI=true"];
  const place = ["--namespace=cert-manager", "--create-namespace"];
  await run("helm", ["install", "cert-manager", chart, ...place, ...values], {
    env: { HOME: placesOf(lab).home, ...env },
  });
}

const listPods = (): Promise<KubernetesObject[]> => lab.controlPlane.client.list(PODS);

const restartsOf = (pod: KubernetesObject): number =>
  Math.max(
    0,
    ...list(at(pod, "status", "containerStatuses")).map(({ restartCount }) => Number(restartCount)),
  );

function readLog(pod: KubernetesObject | undefined): string {
  const file = join(lab.folder, "logs", `${pod?.metadata.name}.log`);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
