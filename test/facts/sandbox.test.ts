import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { resolveEnvironment } from "../../src/checks/environment.ts";
import { preflightChecks } from "../../src/checks/preflight.ts";
import { runChecks } from "../../src/checks/run-checks.ts";
import { readAccountFacts } from "../../src/facts/account-facts.ts";
import { readClusterFacts } from "../../src/facts/cluster-facts.ts";
import { readFact } from "../../src/facts/fact.ts";
import { unreadClusterFacts } from "../../src/facts/facts.ts";
import { buildNames } from "../../src/plan/names.ts";
import { versionSets } from "../../src/plan/version-sets.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { buildConfig, names, troubles } from "../checks/build-facts.ts";

const directory = mkdtempSync(join(tmpdir(), "gateway-tls-facts-"));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

async function examine(...faults: string[]) {
  const config = buildConfig();
  const statePath = join(directory, `${faults.join("-") || "none"}.json`);
  const world = await createSandbox({
    statePath,
    faults,
    startAt: new Date("2026-11-23T00:00:00Z"),
  });
  const connection = await readFact(async () =>
    world.connect(await world.clusters.find(config.cluster), {}),
  );
  const nameFor = (caller: { account: string }) =>
    buildNames({ caller, cluster: { name: config.cluster, region: config.region } });
  const facts = {
    ...(await readAccountFacts(world, { config, nameFor })),
    ...(connection.known
      ? await readClusterFacts(connection.value, { config, names })
      : unreadClusterFacts(connection.error)),
  };
  if (connection.known) await connection.value.close();
  await world.close();
  const versions = versionSets[config.versions];
  return {
    config,
    facts,
    versions,
    report: runChecks(preflightChecks, { config, facts, versions, names }),
  };
}

test("the sandbox passes the preflight, and everything of it can be read", async () => {
  const { config, facts, versions, report } = await examine();
  const unread = Object.entries(facts).flatMap(([name, fact]) =>
    [fact].flat().flatMap((one) => (one.known ? [] : [`${name}: ${one.reason}`])),
  );
  expect(unread).toEqual([]);
  expect(report.checks.filter(({ state }) => state !== "ok")).toEqual([]);
  expect(facts.delegation).toMatchObject({ value: { source: "parent", parent: "com" } });
  expect(resolveEnvironment(config, facts, versions)).toMatchObject({
    identityMode: "pod-identity",
    loadBalancer: "lbc",
    podIdentityAgentPresent: true,
    foreignCertManager: undefined,
  });
});

test.each([
  ["undelegated-zone", ["delegation failed GT-ZONE-NOT-DELEGATED"]],
  ["two-zones", ["zone failed GT-ZONE-TWINS"]],
  ["caa-forbids", ["caa failed GT-CAA-FORBIDS"]],
  ["foreign-crds", ["gateway-api-crds failed GT-CRDS-FOREIGN"]],
  ["stuck-release", ["releases warning GT-RELEASE-STUCK-OURS"]],
  ["foreign-stuck-release", ["releases failed GT-RELEASE-STUCK"]],
  ["expired-credentials", ["caller failed GT-AWS-CREDENTIALS-EXPIRED"]],
  ["forbidden", ["access failed GT-ACCESS-DENIED"]],
  ["unreachable-cluster", ["cluster-reachable failed GT-CLUSTER-UNREACHABLE"]],
  ["no-pod-identity", []],
])("the fault %s is seen before a write", async (fault, expected) => {
  const { report } = await examine(fault);
  expect(troubles(report)).toEqual(expected);
});
