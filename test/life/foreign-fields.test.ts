import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { applyObject } from "../../src/sandbox/apply-object.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { writeState } from "../../src/sandbox/state-file.ts";
import { runInSandbox } from "../support/life.ts";

let cwd: string;
let statePath: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "gateway-tls-foreign-"));
  statePath = join(cwd, "sandbox.json");
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

const run = (line: string) => runInSandbox(line, { statePath, cwd });

/** A listener and an annotation of someone else's on our Gateway. */
async function edit(): Promise<void> {
  const { simulation } = await createSandbox({ statePath, faults: [] });
  const theirs = {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: {
      name: "gateway-tls",
      namespace: "gateway-tls",
      annotations: { "shop.example/owner": "team-shop" },
    },
    spec: { listeners: [{ name: "metrics", port: 9090, protocol: "HTTP" }] },
  };
  applyObject(simulation, theirs, "team-shop");
  writeState(statePath, simulation.state);
}

async function look() {
  const { simulation } = await createSandbox({ statePath, faults: [] });
  const gateway = simulation.store.findKind("Gateway", "gateway-tls", "gateway-tls");
  const spec: { listeners?: { name: string }[] } = Object(gateway?.["spec"]);
  return {
    owner: gateway?.metadata.annotations?.["shop.example/owner"],
    listeners: (spec.listeners ?? []).map(({ name }) => name).sort(),
  };
}

it("what someone else put on the Gateway stays through every command but uninstall", async () => {
  await run("init --domain example.com --email ops@example.com --cluster demo --sample-app --yes");
  await edit();
  const owner = "team-shop";
  for (const [line, ...hosts] of [
    [
      "add-host api.example.com --backend shop/api:8080 --yes",
      "api.example.com",
      "www.example.com",
    ],
    ["promote --to staging --yes", "api.example.com", "www.example.com"],
    ["remove-host api.example.com --yes", "www.example.com"],
    ["remove-host www.example.com --yes"],
  ]) {
    const { exitCode, stderr } = await run(line ?? "");
    expect(exitCode, stderr).toBe(0);
    const listeners = ["http", "metrics", ...hosts].sort();
    expect(await look(), line).toEqual({ owner, listeners });
  }
});
