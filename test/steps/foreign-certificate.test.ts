import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConnectedWorld } from "../../src/ports/world.ts";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { addHosts } from "../support/add-hosts.ts";
import { bringUp } from "../support/bring-up.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-foreign-certificate-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const openSandbox = (): Promise<Sandbox> =>
  createSandbox({ statePath: join(directory, "sandbox.json"), faults: [] });

/** In our namespace and by our name, made by hand; it failed and waits before it tries again. */
function plantBackingOff({ simulation: { store } }: Sandbox, hostname: string, issuer: string) {
  const made = store.create({
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: {
      name: `${hostname}-tls`,
      namespace: "gateway-tls",
      managedFields: [{ manager: "kubectl-client-side-apply", operation: "Update" }],
    },
    spec: {
      secretName: `${hostname}-tls`,
      dnsNames: [hostname],
      issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: issuer },
    },
  });
  store.setStatus(made, {
    conditions: [
      { type: "Issuing", status: "False", reason: "Failed", message: "", observedGeneration: 1 },
    ],
    lastFailureTime: store.timestamp(),
    failedIssuanceAttempts: 1,
  });
}

const find = ({ simulation: { store } }: Sandbox, hostname: string) =>
  store.findKind("Certificate", `${hostname}-tls`, "gateway-tls");

describe("a Certificate of a host's name that our Gateway does not own", () => {
  it("is in the way, and stays", async () => {
    const sandbox = await openSandbox();
    await bringUp(sandbox);
    plantBackingOff(sandbox, "api.example.com", "their-ca");
    const { error, items } = await addHosts(sandbox, ["api.example.com"]);
    expect(error).toMatchObject({
      code: "GT-FOREIGN-OBJECT",
      message: expect.stringContaining("gateway-tls/api.example.com-tls") as unknown,
    });
    expect(items).toContainEqual({
      step: "https-listener",
      kind: "Certificate",
      name: "gateway-tls/api.example.com-tls",
      intent: "foreign",
      owner: "kubectl",
    });
    expect(find(sandbox, "api.example.com")).toBeDefined();
  });

  it("is in nobody's way while it has what our issuer gave", async () => {
    const sandbox = await openSandbox();
    await bringUp(sandbox);
    const { store } = sandbox.simulation;
    const live = find(sandbox, "www.example.com");
    if (live === undefined) throw new Error("init makes it");
    store.update(live, (draft) => {
      delete draft.metadata.ownerReferences;
    });
    const { error, result } = await bringUp(sandbox);
    expect(error).toBeUndefined();
    expect(result).toMatchObject({ result: "unchanged", writes: 0 });
  });

  it("does not go with a host that failed, also when it came during the run", async () => {
    const sandbox = await openSandbox();
    await bringUp(sandbox);
    let isPlanted = false;
    const through = (world: ConnectedWorld): ConnectedWorld => ({
      ...world,
      kubernetes: {
        ...world.kubernetes,
        apply: async (objects) => {
          const hasListener = JSON.stringify(objects).includes('"hostname":"api.example.com"');
          if (hasListener && !isPlanted) plantBackingOff(sandbox, "api.example.com", "their-ca");
          isPlanted ||= hasListener;
          await world.kubernetes.apply(objects);
        },
      },
    });
    const { error } = await addHosts(sandbox, ["api.example.com"], {
      through,
      options: { timeoutSeconds: 120 },
    });
    expect(error).toMatchObject({ code: "GT-WAIT-TIMEOUT" });
    expect(isPlanted).toBe(true);
    expect(find(sandbox, "api.example.com")).toBeDefined();
  });
});
