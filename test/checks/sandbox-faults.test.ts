import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SandboxFault, sandboxFaultNames } from "../../src/sandbox/faults.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { runCli } from "../support/run-cli.ts";

const DAY_MS = 86_400_000;

interface Expected {
  exitCode: 0 | 1 | 3;
  /** Of the first finding; of the error where there is nothing to look at. */
  code?: string;
  /** How long after init the fault is looked at; it begins at once. */
  laterMs?: number;
  /** Why status has nothing to tell of it. */
  because?: string;
}

/** What `status` says when the fault begins after an init that ended well. */
const expected: Record<SandboxFault, Expected> = {
  "undelegated-zone": { exitCode: 3, code: "GT-ZONE-NOT-DELEGATED" },
  "broken-dnssec": { exitCode: 3, code: "GT-ZONE-DNSSEC" },
  "two-zones": { exitCode: 0, code: "GT-ZONE-TWINS", because: "the delegated one stays ours" },
  "caa-forbids": { exitCode: 3, code: "GT-CAA-FORBIDS" },
  "no-load-balancer-address": {
    exitCode: 0,
    code: "GT-LOAD-BALANCER-EVENTS",
    because: "the load balancer that is there goes on",
  },
  "internal-load-balancer": { exitCode: 0, because: "a scheme does not change later" },
  "port-80-blocked": { exitCode: 3, code: "GT-HTTP-UNREACHABLE" },
  "identity-not-injected": { exitCode: 0, because: "pods that run keep their identity" },
  "identity-denied": { exitCode: 0, because: "nothing is refused until ExternalDNS asks again" },
  "stuck-release": { exitCode: 0, because: "a release that is deployed is not stuck" },
  "foreign-stuck-release": { exitCode: 0, because: "a release that is deployed is not stuck" },
  "foreign-crds": {
    exitCode: 1,
    code: "GT-FIELD-CONFLICT",
    because: "the API server keeps others from the fields that are ours",
  },
  "rate-limited": { exitCode: 3, code: "GT-ACME-RATE-LIMITED", laterMs: 61 * DAY_MS },
  "slow-dns": { exitCode: 0, because: "the record is there" },
  "redirect-breaks-challenge": {
    exitCode: 0,
    laterMs: 61 * DAY_MS,
    because: "a renewal's challenge is answered behind the redirect too",
  },
  "expired-credentials": { exitCode: 1, code: "GT-AWS-CREDENTIALS-EXPIRED" },
  forbidden: { exitCode: 0, because: "status writes nothing" },
  "no-pod-identity": { exitCode: 0, because: "pods that run keep their identity" },
  "old-kubernetes": { exitCode: 0, because: "no cluster goes back to an older version" },
  "unreachable-cluster": { exitCode: 1, code: "GT-CLUSTER-UNREACHABLE" },
  none: { exitCode: 0 },
};

const directory = mkdtempSync(join(tmpdir(), "gateway-tls-faults-"));
const installed = join(directory, "installed.json");
const where = ["--cluster", "demo", "--sandbox", "--sandbox-state"];

beforeAll(async () => {
  const wanted = ["--domain", "example.com", "--email", "ops@example.com", "--sample-app", "--yes"];
  const { exitCode, stderr } = await runCli(["init", ...wanted, ...where, installed]);
  if (exitCode !== 0) throw new Error(stderr);
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** The installed world, for a fault to begin in. */
function copyWorld(fault: string): string {
  const statePath = join(directory, `${fault}.json`);
  copyFileSync(installed, statePath);
  return statePath;
}

/** Lets the world go on with the fault in it. */
async function passTime(statePath: string, fault: string, ms: number): Promise<void> {
  const { clock } = await createSandbox({ statePath, faults: [] });
  const startAt = new Date(clock.now().getTime() + ms);
  const { simulation } = await createSandbox({ statePath, faults: [fault], startAt });
  writeFileSync(statePath, JSON.stringify(simulation.state));
}

describe("status after init, once a fault has begun", () => {
  test.each(Object.entries(expected))("%s", async (fault, { exitCode, code, laterMs = 0 }) => {
    const statePath = copyWorld(fault);
    if (laterMs > 0) await passTime(statePath, fault, laterMs);
    const flags = ["--sandbox-fault", fault, "--output", "json"];
    const ran = await runCli(["status", ...where, statePath, ...flags]);
    const document: unknown = JSON.parse(ran.stdout);
    expect([ran.exitCode, findCode(document)], ran.stdout.slice(-2000)).toEqual([exitCode, code]);
  });

  test("every fault is expected, and what is not told has its reason", () => {
    expect(Object.keys(expected).toSorted()).toEqual(Object.keys(sandboxFaultNames).toSorted());
    const silent = Object.values(expected).filter(({ exitCode }) => exitCode === 0);
    expect(silent.filter(({ because }) => because === undefined)).toEqual([{ exitCode: 0 }]);
  });

  test("expired credentials, with a kubeconfig of one's own: the cluster is judged all the same", async () => {
    const statePath = copyWorld("own-context");
    const own = ["--context", "mine", "--output", "json", "--sandbox-fault", "expired-credentials"];
    const ran = await runCli(["status", ...where, statePath, ...own]);
    expect(ran.exitCode).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      verdict: "unknown",
      findings: [{ link: "Hosted zone delegated", state: "unknown" }],
      hosts: [{ certificate: { served: true } }],
    });
  });
});

/** Of the first finding, or of the error in its place. */
function findCode(document: unknown): string | undefined {
  if (typeof document !== "object" || document === null) return undefined;
  const [first] =
    "findings" in document && Array.isArray(document.findings) ? document.findings : [];
  const found: unknown = first ?? ("error" in document ? document.error : undefined);
  if (typeof found !== "object" || found === null || !("code" in found)) return undefined;
  return typeof found.code === "string" ? found.code : undefined;
}
