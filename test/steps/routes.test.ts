import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadTemplates } from "../../src/adapters/templates.ts";
import { kinds } from "../../src/kinds.ts";
import type { ConnectedWorld } from "../../src/ports/world.ts";
import { withConnection } from "../../src/runner/connect.ts";
import { planInstalled } from "../../src/runner/plan-installed.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { routes } from "../../src/steps/routes.ts";
import type { StepContext } from "../../src/steps/step.ts";
import { withHosts } from "../support/add-hosts.ts";
import { bringUp } from "../support/bring-up.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-routes-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

it("waits for each host's own route, also when another host has left the run meanwhile", async () => {
  const sandbox = await createSandbox({ statePath: join(directory, "sandbox.json"), faults: [] });
  const config = withHosts(["api.example.com"]);
  await bringUp(sandbox, { config });
  const connection = await sandbox.connect(await sandbox.clusters.find("demo"), {});
  const connected = withConnection(sandbox, connection);
  const templates = await loadTemplates();
  const plan = await planInstalled(connected, { config, configText: "", templates });
  await connected.kubernetes.delete([
    { kind: kinds.HTTPRoute, name: "api.example.com", namespace: "shop" },
  ]);

  let hosts = plan.hosts;
  const world: ConnectedWorld = {
    ...connected,
    kubernetes: {
      ...connected.kubernetes,
      observe(...asked) {
        hosts = plan.hosts.filter(({ host }) => host.hostname !== "www.example.com");
        return connected.kubernetes.observe(...asked);
      },
    },
  };
  const { signal } = new AbortController();
  const context: StepContext = {
    get plan() {
      return { ...plan, hosts };
    },
    world,
    options: { skipRehearsal: false, timeoutSeconds: 60 },
    report: () => undefined,
    warn: () => undefined,
    signal,
    waiting: signal,
  };
  await expect(routes.settle?.(context)).rejects.toMatchObject({
    code: "GT-WAIT-TIMEOUT",
    message: expect.stringContaining("shop/api.example.com is not there yet") as unknown,
  });
});
