import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { loadTemplates } from "../../src/adapters/templates.ts";
import { refuseOverLimit } from "../../src/runner/certificate-limit.ts";
import { withConnection } from "../../src/runner/connect.ts";
import { planInstalled } from "../../src/runner/plan-installed.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { withHosts } from "../support/add-hosts.ts";
import { bringUp } from "../support/bring-up.ts";

const DAY_MS = 86_400_000;

async function open(issuer: "staging" | "production", hostnames: readonly string[] = []) {
  const statePath = join(mkdtempSync(join(tmpdir(), "gateway-tls-limit-")), "sandbox.json");
  const sandbox = await createSandbox({ statePath, faults: [] });
  const config = { ...withHosts(hostnames), issuer };
  await bringUp(sandbox, { config });
  const connection = await sandbox.connect(await sandbox.clusters.find("demo"), {});
  const world = withConnection(sandbox, connection);
  const templates = await loadTemplates();
  const check = async (limit: number, ...more: string[]) => {
    const wanted: Config = { ...withHosts([...hostnames, ...more]), issuer: "production" };
    const plan = await planInstalled(world, { config: wanted, configText: "", templates });
    return refuseOverLimit({ plan, world, limit, hint: "Wait." });
  };
  return { sandbox, check, pass: (days: number) => sandbox.clock.sleep(days * DAY_MS) };
}

const refusal = { code: "GT-CERTIFICATES-LIMIT" };

it("counts what was issued for the first time this week, and no renewal", async () => {
  const { sandbox, check, pass } = await open("production");
  await expect(check(1, "api.example.com")).rejects.toMatchObject(refusal);
  await check(2, "api.example.com");
  await pass(8);
  await check(1, "api.example.com");
  await pass(55);
  const weekAgo = sandbox.clock.now().getTime() - 7 * DAY_MS;
  const renewed = sandbox.simulation.store
    .all("CertificateRequest")
    .filter(({ metadata }) => Date.parse(metadata.creationTimestamp ?? "") > weekAgo);
  expect(renewed).toHaveLength(1);
  await check(1, "api.example.com");
});

it("counts a Certificate of staging's that has just been switched", async () => {
  const { sandbox, check, pass } = await open("staging", ["api.example.com"]);
  await pass(8);
  await expect(check(1)).rejects.toMatchObject(refusal);
  await bringUp(sandbox, { config: withHosts(["api.example.com"]) });
  await expect(check(2, "shop.example.com")).rejects.toMatchObject(refusal);
  await check(3, "shop.example.com");
});

it("needs none for a host whose certificate is to be renewed, or has expired", async () => {
  const { sandbox, check } = await open("production");
  const { store } = sandbox.simulation;
  const [certificate] = store.all("Certificate");
  if (certificate === undefined) throw new Error("no Certificate");
  store.setStatus(certificate, { conditions: [{ type: "Ready", status: "False" }] });
  await expect(check(1)).resolves.toBeUndefined();
});

it("says from when on all fit, as what was taken comes back one by one", async () => {
  const { check, pass } = await open("production");
  const two = ["a.example.com", "b.example.com"];
  await pass(1);
  await expect(check(2, ...two)).rejects.toThrow(
    /too many by 1: b\.example\.com\. All fit from \S+Z on\./,
  );
  await pass(2.6);
  await check(2, ...two);
  await expect(check(2, ...two, "c.example.com")).rejects.toThrow(
    /by 1: c\.example\.com\. Nothing/,
  );
});
