import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ConnectedWorld } from "../../src/ports/world.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import type { Simulation } from "../../src/sandbox/simulation.ts";
import { bringUp } from "../support/bring-up.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-dns-record-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** An ExternalDNS of somebody else's beside ours, which AWS refuses. */
function startAnother(simulation: Simulation): void {
  const labels = {
    "app.kubernetes.io/name": "external-dns",
    "app.kubernetes.io/instance": "internal-dns",
  };
  const pod = simulation.store.create({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "internal-dns-5d8f", namespace: "external-dns", labels },
    spec: { containers: [{ name: "external-dns", image: "external-dns" }] },
  });
  const refusal = "Failed to do run once: soft error: AccessDenied: not authorized to perform";
  simulation.log(pod, `time="2026-01-01T00:00:00Z" level=error msg="${refusal}"`);
}

it("takes no refusal of another ExternalDNS for our own's, however long the record takes", async () => {
  const statePath = join(directory, "sandbox.json");
  const sandbox = await createSandbox({ statePath, faults: ["slow-dns"] });
  let isStarted = false;
  const through = (world: ConnectedWorld): ConnectedWorld => ({
    ...world,
    zones: {
      ...world.zones,
      listRecords: (...asked) => {
        if (!isStarted) startAnother(sandbox.simulation);
        isStarted = true;
        return world.zones.listRecords(...asked);
      },
    },
  });
  const { error, result } = await bringUp(sandbox, { through });
  expect(error).toBeUndefined();
  expect(isStarted).toBe(true);
  expect(result?.changes).not.toContain("patched Deployment external-dns/external-dns");
});
