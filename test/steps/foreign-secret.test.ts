import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { addHosts } from "../support/add-hosts.ts";
import { bringUp } from "../support/bring-up.ts";

let directory: string;
let sandbox: Sandbox;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-foreign-secret-"));
  sandbox = await createSandbox({ statePath: join(directory, "sandbox.json"), faults: [] });
  await bringUp(sandbox);
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** By the name of the host's Secret; with cert-manager's mark, an earlier Certificate's. */
function plantSecret(annotations: Record<string, string>): void {
  sandbox.simulation.store.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "api.example.com-tls", namespace: "gateway-tls", annotations },
    type: "kubernetes.io/tls",
    data: { "tls.crt": "bW9yZQ==", "tls.key": "bGVzcw==" },
  });
}

const find = () =>
  sandbox.simulation.store.findKind("Secret", "api.example.com-tls", "gateway-tls");

it("a Secret of a host's name that cert-manager did not make is in the way, and stays", async () => {
  plantSecret({});
  const before = structuredClone(find());
  const { error, items } = await addHosts(sandbox, ["api.example.com"]);
  expect(error).toMatchObject({ code: "GT-FOREIGN-OBJECT" });
  expect(items).toContainEqual(
    expect.objectContaining({
      kind: "Secret",
      name: "gateway-tls/api.example.com-tls",
      intent: "foreign",
    }),
  );
  expect(find()).toEqual(before);
});

it("one that an earlier Certificate left is taken up again", async () => {
  plantSecret({ "cert-manager.io/certificate-name": "api.example.com-tls" });
  const { error } = await addHosts(sandbox, ["api.example.com"]);
  expect(error).toBeUndefined();
});
