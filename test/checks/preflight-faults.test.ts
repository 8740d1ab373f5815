import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type SandboxFault, sandboxFaultNames } from "../../src/sandbox/faults.ts";
import { runCli } from "../support/run-cli.ts";

/** The code that `check --pre` and `init` end with, or why the fault is not there yet. */
const expected: Record<SandboxFault, { code: string } | { because: string }> = {
  "undelegated-zone": { code: "GT-ZONE-NOT-DELEGATED" },
  "broken-dnssec": { code: "GT-ZONE-DNSSEC" },
  "two-zones": { code: "GT-ZONE-TWINS" },
  "caa-forbids": { code: "GT-CAA-FORBIDS" },
  "foreign-stuck-release": { code: "GT-RELEASE-STUCK" },
  "foreign-crds": { code: "GT-CRDS-FOREIGN" },
  "expired-credentials": { code: "GT-AWS-CREDENTIALS-EXPIRED" },
  forbidden: { code: "GT-ACCESS-DENIED" },
  "old-kubernetes": { code: "GT-VERSIONS-UNSUPPORTED" },
  "unreachable-cluster": { code: "GT-CLUSTER-UNREACHABLE" },
  "no-load-balancer-address": { because: "subnets are looked for once there is a Service" },
  "internal-load-balancer": { because: "there is no load balancer yet" },
  "port-80-blocked": { because: "there is no load balancer yet" },
  "identity-not-injected": { because: "there is no pod yet" },
  "identity-denied": { because: "there is no role yet" },
  "stuck-release": { because: "a release of ours is put right by init" },
  "rate-limited": { because: "the CA tells its limits when it is asked" },
  "slow-dns": { because: "there is no record yet" },
  "redirect-breaks-challenge": { because: "there is no redirect yet" },
  "no-pod-identity": { because: "init takes IRSA, or installs the agent" },
  none: { because: "nothing is wrong" },
};

const directory = mkdtempSync(join(tmpdir(), "gateway-tls-pre-"));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const wanted = ["--domain", "example.com", "--email", "ops@example.com", "--sample-app"];

function run(fault: string, ...verb: readonly string[]) {
  const state = join(directory, `${fault}-${verb[0]}.json`);
  const world = ["--cluster", "demo", "--sandbox", "--sandbox-state", state];
  const json = ["--sandbox-fault", fault, "--output", "json"];
  return runCli([...verb, ...wanted, ...world, ...json]);
}

describe("before anything is written", () => {
  test.each(Object.entries(expected))("%s", async (fault, found) => {
    const code = "code" in found ? found.code : undefined;
    const checked = await run(fault, "check", "--pre");
    const document = JSON.parse(checked.stdout);
    expect([checked.exitCode, document.error?.code]).toEqual([code === undefined ? 0 : 3, code]);
    expect(document.writes).toBe(0);
    if (code === undefined) return;
    const tried = await run(fault, "init", "--yes");
    const result = JSON.parse(tried.stdout);
    expect([tried.exitCode, result.error?.code]).toEqual([1, code]);
    expect([result.writes, result.changes, result.steps]).toEqual([0, [], []]);
  });

  test("every fault is expected", () => {
    expect(Object.keys(expected).toSorted()).toEqual(Object.keys(sandboxFaultNames).toSorted());
  });
});
