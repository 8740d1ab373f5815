import { afterAll, describe, expect, test } from "vitest";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { buildStatus } from "../../src/checks/status.ts";
import { narrowSurvey } from "../../src/commands/status-survey.ts";
import { createGate, limitNetwork, OPEN_AT_ONCE } from "../../src/facts/limited.ts";
import { type ReadOptions, readStatusFacts } from "../../src/facts/status-facts.ts";
import type { RecordType } from "../../src/ports/network.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { readState } from "../checks/state-file.ts";
import { buildStateWorld } from "../checks/state-world.ts";
import { runCli } from "../support/run-cli.ts";

/** The same object, with each call of a method noted while it runs. */
function watching<T extends object>(port: T, meter: Meter): T {
  return new Proxy(port, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== "function") return value;
      return async (...args: unknown[]) => {
        meter.calls.push(String(name));
        meter.open += 1;
        meter.most = Math.max(meter.most, meter.open);
        await new Promise(setImmediate);
        try {
          const answer: unknown = Reflect.apply(value, target, args);
          return await answer;
        } finally {
          meter.open -= 1;
        }
      };
    },
  });
}

class Meter {
  calls: string[] = [];
  open = 0;
  most = 0;
}

async function measure(hosts: number, from = "healthy", options: ReadOptions = {}) {
  const state = readState(from);
  const hostnames = Array.from({ length: hosts }, (_, index) => `h${index}.example.com`);
  const backend = { namespace: "shop", service: "web", port: 80 };
  const { world, survey } = buildStateWorld({
    ...state,
    config: { hosts: hostnames.map((hostname) => ({ hostname, backend, path: "/" })) },
  });
  const meters = { network: new Meter(), kubernetes: new Meter(), aws: new Meter() };
  const answers = { answers: [{ name: "x", type: "A", ttlSeconds: 60, value: "203.0.113.10" }] };
  const resolver = {
    query: async (name: string, type: RecordType, server?: string) =>
      type === "A" && name.startsWith("h")
        ? { status: "NOERROR", authoritative: true, authorities: [], ...answers }
        : world.resolver.query(name, type, server),
  };
  const watched = {
    ...world,
    resolver: watching(resolver, meters.network),
    probe: watching(world.probe, meters.network),
    kubernetes: watching(world.kubernetes, meters.kubernetes),
    zones: watching(world.zones, meters.aws),
    identity: watching(world.identity, meters.aws),
  };
  const read = await readStatusFacts(watched, survey, options);
  return { meters, status: buildStatus(read.survey, read.facts) };
}

describe("what one status costs", () => {
  test("as many reads of the cluster and of AWS for a thousand hosts as for one", async () => {
    const [one, many] = [await measure(1), await measure(1000)];
    expect(many.meters.kubernetes.calls.length).toBe(one.meters.kubernetes.calls.length);
    expect(many.meters.aws.calls.toSorted()).toEqual(["list", "listAssociations", "nameServers"]);
    expect(many.meters.aws.calls).toHaveLength(one.meters.aws.calls.length);
    expect(many.status.hosts).toHaveLength(1000);
  });

  test("at most 32 exchanges with the network at once, and as many when there is work", async () => {
    const { meters } = await measure(100);
    expect(meters.network.most).toBe(OPEN_AT_ONCE);
    expect(meters.network.calls.filter((name) => name === "handshake")).toHaveLength(100);
  });

  test("one host of many: the network is asked about that one", async () => {
    const narrow: ReadOptions["narrow"] = (survey) => narrowSurvey(survey, ["h7.example.com"]);
    const { meters, status } = await measure(100, "healthy", { narrow });
    expect(meters.network.calls.filter((name) => name === "handshake")).toHaveLength(1);
    expect(status.hosts.map(({ hostname, verdict }) => [hostname, verdict])).toEqual([
      ["h7.example.com", "degraded"],
    ]);
  });

  test("what is wrong for every host is one finding", async () => {
    const { status } = await measure(1000, "external-dns-stopped");
    const failed = status.findings.filter(({ link }) => link === "ExternalDNS running");
    expect(failed).toHaveLength(1);
    expect(failed[0]?.hosts).toHaveLength(1000);
  });
});

const directory = mkdtempSync(join(tmpdir(), "gateway-tls-cost-"));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

test("a whole command asks AWS at most eight times", async () => {
  const statePath = join(directory, "state.json");
  const sandbox = ["--cluster", "demo", "--sandbox", "--sandbox-state", statePath];
  const wanted = ["--domain", "example.com", "--email", "ops@example.com", "--sample-app", "--yes"];
  const { exitCode } = await runCli(["init", ...wanted, ...sandbox]);
  expect(exitCode).toBe(0);
  const meter = new Meter();
  const world = await createSandbox({ statePath, faults: [] });
  const { run } = await import("../../src/commands/status.ts");
  const io = quietIo();
  const code = await run({
    flags: { cluster: "demo", sandbox: "true" },
    names: [],
    io,
    signal: new AbortController().signal,
    terminal: neverAsks,
    findRegion: async () => undefined,
    loadTemplates: async () => ({}),
    createWorld: async () => ({
      ...world,
      caller: watching(world.caller, meter),
      clusters: watching(world.clusters, meter),
      zones: watching(world.zones, meter),
      identity: watching(world.identity, meter),
    }),
  });
  expect(code).toBe(0);
  expect(meter.calls.length).toBeLessThanOrEqual(8);
  // EKS describes each association of the list: one here.
  expect(meter.calls.toSorted()).toEqual(["find", "list", "listAssociations", "nameServers"]);
});

function quietIo() {
  // Streams without a terminal have what the program uses of them.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const stdin = new PassThrough() as unknown as NodeJS.ReadStream;
  return { stdin, stdout: stream, stderr: stream, env: {}, cwd: directory };
}

const never = async () => {
  throw new Error("status asks nothing");
};
const neverAsks = { input: never, choose: never, confirm: never, note: () => undefined };

describe("the gate", () => {
  test("lets the next one in when one leaves, also by an error", async () => {
    const enter = createGate(1);
    const order: string[] = [];
    const failing = enter(async () => {
      order.push("first");
      throw new Error("no");
    });
    const second = enter(async () => order.push("second"));
    await expect(failing).rejects.toThrow("no");
    await second;
    expect(order).toEqual(["first", "second"]);
  });

  test("the same question is asked once", async () => {
    const { world } = buildStateWorld(readState("healthy"));
    const meter = new Meter();
    const { resolver } = limitNetwork({ ...world, resolver: watching(world.resolver, meter) });
    await Promise.all([resolver.query("com", "NS"), resolver.query("com", "NS")]);
    await resolver.query("com", "NS", "192.0.2.1");
    expect(meter.calls).toHaveLength(2);
  });
});
