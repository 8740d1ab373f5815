import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadTemplates } from "../../src/adapters/templates.ts";
import { refuseOverLimit } from "../../src/runner/certificate-limit.ts";
import { withConnection } from "../../src/runner/connect.ts";
import { planInstalled } from "../../src/runner/plan-installed.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { withHosts } from "../support/add-hosts.ts";
import { bringUp } from "../support/bring-up.ts";
import { buildConfig } from "../support/config.ts";

const DAY_MS = 86_400_000;

it("counts what was issued for the first time this week, and no renewal", async () => {
  const statePath = join(mkdtempSync(join(tmpdir(), "gateway-tls-limit-")), "sandbox.json");
  const sandbox = await createSandbox({ statePath, faults: [] });
  await bringUp(sandbox, { config: buildConfig() });
  const connection = await sandbox.connect(await sandbox.clusters.find("demo"), {});
  const world = withConnection(sandbox, connection);
  const config = withHosts(["api.example.com"]);
  const templates = await loadTemplates();
  const plan = await planInstalled(world, { config, configText: "", templates });
  const addOne = (limit: number) => refuseOverLimit({ plan, world, limit, hint: "Wait." });

  await expect(addOne(1)).rejects.toMatchObject({ code: "GT-CERTIFICATES-LIMIT" });
  await addOne(2);
  await sandbox.clock.sleep(8 * DAY_MS);
  await addOne(1);
  await sandbox.clock.sleep(55 * DAY_MS);
  const renewed = sandbox.simulation.store
    .all("CertificateRequest")
    .filter(
      ({ metadata }) =>
        Date.parse(metadata.creationTimestamp ?? "") > Number(sandbox.clock.now()) - 7 * DAY_MS,
    );
  expect(renewed).toHaveLength(1);
  await addOne(1);
});
