import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chain, type Status } from "../../src/checks/status.ts";
import { type SandboxFault, sandboxFaultNames } from "../../src/sandbox/faults.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { readState } from "../../src/sandbox/state-file.ts";
import type { WorldState } from "../../src/sandbox/world-state.ts";
import { statusEndings } from "../sandbox/fault-endings.ts";
import { runCli } from "../support/run-cli.ts";

const MINUTE_MS = 60_000;

interface Later {
  exitCode: 3;
  /** Of the first finding; a wait has none. */
  code?: string;
  /** What happens in the world that makes the fault bite. */
  happens?: (state: WorldState) => void;
  laterMs: number;
}

const remove = (what: RegExp) => (state: WorldState) => {
  for (const key of Object.keys(state.objects)) if (what.test(key)) delete state.objects[key];
};
const restartExternalDns = remove(/Pod\|external-dns\|/);
const deleteService = ({ objects, now }: WorldState) => {
  const service = objects["/Service|gateway-tls|gateway-tls-nginx"];
  if (service === undefined) throw new Error("init makes a Service of type LoadBalancer");
  service.metadata.deletionTimestamp = new Date(now).toISOString();
};
const deleteRecord = ({ aws }: WorldState) => {
  for (const zone of Object.values(aws.zones)) {
    zone.records = zone.records.filter(({ name }) => !name.includes("www."));
  }
};

/** Faults that stay hidden until something happens: then status names them. */
const later: Partial<Record<SandboxFault, Later>> = {
  "no-load-balancer-address": {
    exitCode: 3,
    code: "GT-LOAD-BALANCER-NO-ADDRESS",
    happens: deleteService,
    laterMs: 10 * MINUTE_MS,
  },
  "internal-load-balancer": {
    exitCode: 3,
    code: "GT-LOAD-BALANCER-INTERNAL",
    happens: deleteService,
    laterMs: 10 * MINUTE_MS,
  },
  "identity-not-injected": {
    exitCode: 3,
    code: "GT-EXTERNAL-DNS-IDENTITY",
    happens: restartExternalDns,
    laterMs: 5 * MINUTE_MS,
  },
  "no-pod-identity": {
    exitCode: 3,
    code: "GT-EXTERNAL-DNS-IDENTITY",
    happens: restartExternalDns,
    laterMs: 5 * MINUTE_MS,
  },
  "slow-dns": { exitCode: 3, happens: deleteRecord, laterMs: 2 * MINUTE_MS },
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

function change(statePath: string, happens: (state: WorldState) => void): void {
  const state = readState(statePath);
  if (state === undefined) throw new Error("init keeps its world");
  happens(state);
  writeFileSync(statePath, JSON.stringify(state));
}

/** Lets the world go on with the fault in it. */
async function passTime(statePath: string, fault: string, ms: number): Promise<void> {
  const { clock } = await createSandbox({ statePath, faults: [] });
  const startAt = new Date(clock.now().getTime() + ms);
  const { simulation } = await createSandbox({ statePath, faults: [fault], startAt });
  writeFileSync(statePath, JSON.stringify(simulation.state));
}

describe("status after init, once a fault has begun", () => {
  test.each(Object.entries(statusEndings))("%s", async (fault, { exitCode, code, laterMs = 0 }) => {
    const statePath = copyWorld(fault);
    if (laterMs > 0) await passTime(statePath, fault, laterMs);
    const flags = ["--sandbox-fault", fault, "--output", "json"];
    const ran = await runCli(["status", ...where, statePath, ...flags]);
    const document: unknown = JSON.parse(ran.stdout);
    expect([ran.exitCode, findCode(document)], findingsOf(ran.stdout)).toEqual([exitCode, code]);
    if ("hosts" in Object(document)) expectOneCause(ran.stdout);
  });

  test.each(Object.entries(later))("%s, once it bites", async (fault, found) => {
    const { exitCode, code, happens, laterMs } = found;
    const statePath = copyWorld(`${fault}-later`);
    await passTime(statePath, fault, 0);
    if (happens !== undefined) change(statePath, happens);
    // What the controllers do takes its time, one after the other.
    for (let passed = 0; passed < laterMs; passed += MINUTE_MS) {
      await passTime(statePath, fault, MINUTE_MS);
    }
    const ran = await runCli(["status", ...where, statePath, "--output", "json"]);
    const document: unknown = JSON.parse(ran.stdout);
    expect([ran.exitCode, findCode(document)], findingsOf(ran.stdout)).toEqual([exitCode, code]);
    expectOneCause(ran.stdout);
  });

  test("every fault is expected, and what is not told has its reason", () => {
    expect(Object.keys(statusEndings).toSorted()).toEqual(
      Object.keys(sandboxFaultNames).toSorted(),
    );
    const silent = Object.values(statusEndings).filter(({ exitCode }) => exitCode === 0);
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

/** What to read where a test fails. */
const findingsOf = (stdout: string): string => {
  const { findings = [], error }: { findings?: unknown; error?: unknown } = JSON.parse(stdout);
  return JSON.stringify({ findings, error }, undefined, 1);
};

/** One broken link, and nothing that depends on it is judged. */
function expectOneCause(stdout: string): void {
  const { hosts }: Pick<Status, "hosts"> = JSON.parse(stdout);
  for (const host of hosts) {
    const broken = host.chain.filter(({ state }) => state === "failed");
    expect(broken.length, JSON.stringify(broken)).toBeLessThanOrEqual(1);
    const dependents = chain.filter(({ after }) => after.some((id) => id === broken[0]?.id));
    const judged = dependents.filter(
      ({ id }) => host.chain.find((link) => link.id === id)?.state !== "not-checked",
    );
    expect(judged.map(({ id }) => id)).toEqual([]);
  }
}

/** Of the first finding, or of the error in its place. */
function findCode(document: unknown): string | undefined {
  if (typeof document !== "object" || document === null) return undefined;
  const [first] =
    "findings" in document && Array.isArray(document.findings) ? document.findings : [];
  const found: unknown = first ?? ("error" in document ? document.error : undefined);
  if (typeof found !== "object" || found === null || !("code" in found)) return undefined;
  return typeof found.code === "string" ? found.code : undefined;
}
