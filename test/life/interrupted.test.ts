import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cancelled, UserError } from "../../src/errors.ts";
import { kinds } from "../../src/kinds.ts";
import type { ConnectedWorld } from "../../src/ports/world.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { atWrite } from "../support/break-write.ts";
import { readHostParts, runInSandbox } from "../support/life.ts";
import { comparable, snapshot } from "../support/snapshot.ts";

let cwd: string;
let statePath: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "gateway-tls-interrupted-"));
  statePath = join(cwd, "sandbox.json");
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

const run = (line: string, ...rest: [Parameters<typeof runInSandbox>[2]?, AbortSignal?]) =>
  runInSandbox(line, { statePath, cwd }, ...rest);

const init = "init --domain example.com --email ops@example.com --cluster demo --sample-app --yes";
const add = "add-host api.example.com --backend shop/api:8080 --yes";

async function describeWorld() {
  const sandbox = await createSandbox({ statePath, faults: [] });
  sandbox.simulation.passUntil(sandbox.simulation.now + 120_000);
  return { world: comparable(snapshot(sandbox)), hosts: await readHostParts(statePath) };
}

async function findHolder(): Promise<unknown> {
  const sandbox = await createSandbox({ statePath, faults: [] });
  const { kubernetes } = await sandbox.connect(await sandbox.clusters.find("demo"), {});
  const lease = { kind: kinds.Lease, namespace: "gateway-tls", name: "gateway-tls" };
  const spec: { holderIdentity?: string } = Object((await kubernetes.get(lease))?.["spec"]);
  return spec.holderIdentity ?? "";
}

const lives = [
  { line: init, before: [], points: [0, 3, 9, 17, 25] },
  { line: add, before: [init], points: [0, 2, 5, 8] },
  { line: "promote --to staging --yes", before: [init], points: [0, 1] },
  { line: "remove-host www.example.com --yes", before: [init], points: [0, 2, 4] },
  { line: "uninstall --yes", before: [init], points: [0, 5, 11, 16] },
];

describe.each(lives)("$line, stopped by Ctrl-C", ({ line, before, points }) => {
  it("says what was changed, gives the lock back, and goes on when repeated", async () => {
    for (const one of before) await run(one);
    if (before.length > 0) copyFileSync(statePath, `${statePath}.before`);
    await run(line);
    const whole = await describeWorld();
    for (const number of points) {
      rmSync(statePath);
      if (before.length > 0) copyFileSync(`${statePath}.before`, statePath);
      const ctrlC = new AbortController();
      const { happened, through } = atWrite(number, () => {
        ctrlC.abort(new Cancelled());
      });
      const stopped = await run(line, through, ctrlC.signal);
      expect(happened(), `write ${number}`).toBe(true);
      expect(stopped.exitCode, `write ${number}\n${stopped.stderr}`).toBe(130);
      expect(stopped.stderr, `write ${number}`).toContain("Stopped by Ctrl-C.");
      expect(stopped.stderr, `write ${number}`).toMatch(/Run it again/);
      expect(stopped.stderr, `write ${number}`).not.toMatch(/failed: Stopped|\(failed\)/);
      expect(await findHolder(), `write ${number}`).toBe("");
      const { exitCode, stderr } = await run(line);
      expect(exitCode, `write ${number}\n${stderr}`).toBe(0);
      expect(await describeWorld(), `write ${number}`).toEqual(whole);
    }
  }, 60_000);
});

describe("stopped while it only looks", () => {
  it.each([
    init,
    add,
    "check",
    "status",
    "promote --to staging --yes",
    "remove-host www.example.com --yes",
    "uninstall --yes",
  ])("%s ends at once, and nothing was changed", async (line) => {
    await run(init);
    const before = await describeWorld();
    const ctrlC = new AbortController();
    const { exitCode, stderr, stdout } = await run(
      line,
      (world) => {
        ctrlC.abort(new Cancelled());
        return world;
      },
      ctrlC.signal,
    );
    expect(exitCode, `${stdout}${stderr}`).toBe(130);
    expect(stderr).toContain("Stopped by Ctrl-C.");
    expect(await describeWorld()).toEqual(before);
  });
});

/** From the write with this number on, AWS takes the credentials no more. */
function expireAt(number: number) {
  let isExpired = false;
  const { happened, through } = atWrite(number, () => {
    isExpired = true;
  });
  const guard = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, key) {
        const method: unknown = Reflect.get(target, key, target);
        if (typeof method !== "function") return method;
        return async (...args: unknown[]) => {
          if (isExpired) throw expired();
          return Reflect.apply(method, target, args) as unknown;
        };
      },
    });
  return {
    happened,
    through: (world: ConnectedWorld): ConnectedWorld => {
      const { caller, clusters, identity, zones, ...rest } = through(world);
      const account = { caller, clusters, identity, zones };
      return {
        ...rest,
        caller: guard(account.caller),
        clusters: guard(account.clusters),
        identity: guard(account.identity),
        zones: guard(account.zones),
      };
    },
  };
}

const expired = () =>
  new UserError("GT-AWS-CREDENTIALS-EXPIRED", "The AWS credentials have expired.", {
    hint: "Sign in again.",
  });

describe.each([
  { line: init, before: [], points: [0, 2, 6, 12] },
  { line: "uninstall --yes", before: [init], points: [0, 4] },
])("$line, when the credentials expire in the middle", ({ line, before, points }) => {
  it("says so and what was changed, and goes on after a new sign-in", async () => {
    for (const one of before) await run(one);
    if (before.length > 0) copyFileSync(statePath, `${statePath}.before`);
    await run(line);
    const whole = await describeWorld();
    for (const number of points) {
      rmSync(statePath);
      if (before.length > 0) copyFileSync(`${statePath}.before`, statePath);
      const { happened, through } = expireAt(number);
      const stopped = await run(line, through);
      expect(happened(), `write ${number}`).toBe(true);
      expect(stopped.exitCode, `write ${number}\n${stopped.stdout}`).toBe(1);
      expect(stopped.stderr, `write ${number}`).toContain("GT-AWS-CREDENTIALS-EXPIRED");
      expect(stopped.stderr, `write ${number}`).toMatch(/Changed|Run it again/);
      const { exitCode, stderr } = await run(line);
      expect(exitCode, `write ${number}\n${stderr}`).toBe(0);
      expect(await describeWorld(), `write ${number}`).toEqual(whole);
    }
  }, 60_000);
});
