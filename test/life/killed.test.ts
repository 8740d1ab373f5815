import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kinds } from "../../src/kinds.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { breakWrite } from "../support/break-write.ts";
import { readHostParts, runInSandbox } from "../support/life.ts";
import { comparable, snapshot } from "../support/snapshot.ts";

let cwd: string;
let statePath: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "gateway-tls-killed-"));
  statePath = join(cwd, "sandbox.json");
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

const run = (line: string, through?: Parameters<typeof runInSandbox>[2]) =>
  runInSandbox(line, { statePath, cwd }, through);

const init = "init --domain example.com --email ops@example.com --cluster demo --sample-app --yes";

/** Killed before or after each of its writes, the command repeated ends as the one never killed. */
async function repeatAfterEach(line: string, when: "before" | "after"): Promise<number> {
  copyFileSync(statePath, `${statePath}.before`);
  await run(line);
  const whole = await describeWorld();
  let number = 0;
  for (; number < 60; number += 1) {
    copyFileSync(`${statePath}.before`, statePath);
    const { happened, through } = breakWrite(number, when);
    await run(line, through);
    if (!happened()) break;
    const { exitCode, stderr } = await run(line);
    expect(exitCode, `write ${number}\n${stderr}`).toBe(0);
    expect(await describeWorld(), `write ${number}`).toEqual(whole);
    if (number % 4 !== 0) continue;
    const again = await run(`${line} --output json`);
    expect(JSON.parse(again.stdout), `write ${number}`).toMatchObject({ writes: 0 });
  }
  return number;
}

async function describeWorld() {
  const sandbox = await createSandbox({ statePath, faults: [] });
  // What an issuance needed for a while is cleaned up behind it.
  sandbox.simulation.passUntil(sandbox.simulation.now + 120_000);
  return { world: comparable(snapshot(sandbox)), hosts: await readHostParts(statePath) };
}

const identities = ["pod-identity", "irsa"] as const;

describe.each(["before", "after"] as const)("killed %s any of its writes", (when) => {
  it.each(identities)(
    "promote goes on: %s",
    async (identity) => {
      await run(`${init} --issuer staging --identity ${identity}`);
      expect(await repeatAfterEach("promote --yes", when)).toBeGreaterThan(2);
    },
    60_000,
  );

  it("promote --to staging goes on", async () => {
    await run(init);
    expect(await repeatAfterEach("promote --to staging --yes", when)).toBeGreaterThan(1);
  }, 60_000);

  it("remove-host goes on", async () => {
    await run(init);
    await run("add-host api.example.com --backend shop/api:8080 --yes");
    expect(await repeatAfterEach("remove-host api.example.com --yes", when)).toBeGreaterThan(4);
  }, 60_000);

  it("uninstall goes on, also when only the namespace of the kept config is left", async () => {
    await run(init);
    expect(await repeatAfterEach("uninstall --yes", when)).toBeGreaterThan(15);
  }, 60_000);
});

describe("killed between the redirect and its proof", () => {
  it("init does not leave a redirect that breaks renewals", async () => {
    let unproven = 0;
    for (let number = 0; number < 60; number += 1) {
      rmSync(statePath, { force: true });
      const { happened, through } = breakWrite(number, "after");
      await run(init, through);
      if (!happened()) break;
      const killed = await findRoutes();
      if (!killed.isRedirected) continue;
      const { exitCode, stderr } = await run(`${init} --sandbox-fault redirect-breaks-challenge`);
      // The rehearsal's route goes when the proof is there.
      expect(exitCode === 0, `write ${number}\n${stderr}`).toBe(!killed.isRehearsed);
      if (!killed.isRehearsed) continue;
      unproven += 1;
      expect(stderr).toContain("GT-REDIRECT-BREAKS-CHALLENGE");
      expect(await findRoutes()).toEqual({ isRedirected: false, isRehearsed: false });
    }
    expect(unproven).toBeGreaterThan(0);
  }, 60_000);
});

async function findRoutes() {
  const { routes } = await readHostParts(statePath);
  return {
    isRedirected: routes.some((name) => name.endsWith("-redirect")),
    isRehearsed: routes.some((name) => name.includes("rehearsal")),
  };
}

describe("add-host killed before its listener was there", () => {
  it("does not keep promote waiting, which leaves the host out and says who finishes it", async () => {
    await run(`${init} --issuer staging`);
    await run(
      "add-host api.example.com --backend shop/api:8080 --yes",
      breakWrite(1, "after").through,
    );
    const { exitCode, stdout } = await run("promote --yes");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/api\.example\.com was left out.*gateway-tls init --cluster demo/s);
    expect((await run("init --cluster demo --yes")).exitCode).toBe(0);
    expect((await readHostParts(statePath)).listeners).toContain("api.example.com");
  });
});

describe("remove-host killed when only its listener was gone", () => {
  it("is undone by init, which brings the host back", async () => {
    await run(init);
    const before = await readHostParts(statePath);
    await run("remove-host www.example.com --yes", breakWrite(0, "after").through);
    expect((await readHostParts(statePath)).listeners).toEqual(["http"]);
    const { exitCode, stderr } = await run("init --cluster demo --yes");
    expect(exitCode, stderr).toBe(0);
    expect(await readHostParts(statePath)).toEqual(before);
    const again = await run("init --cluster demo --yes --output json");
    expect(JSON.parse(again.stdout)).toMatchObject({ writes: 0 });
  });
});

describe("two runs", () => {
  it("do not lose each other's hosts: what was read before the lock must still be kept", async () => {
    await run(init);
    const kept = { kind: kinds.ConfigMap, namespace: "gateway-tls", name: "gateway-tls" };
    const changed = { data: { "gateway-tls.yaml": "domain: example.com" } };
    const { exitCode, stderr } = await run(
      "add-host api.example.com --backend shop/api:8080 --yes",
      (world) => ({
        ...world,
        kubernetes: {
          ...world.kubernetes,
          // Just before the Lease is taken, another run ends that has changed the config.
          get: async (ref) => {
            if (ref.kind === kinds.Lease) await world.kubernetes.patch(kept, changed);
            return world.kubernetes.get(ref);
          },
        },
      }),
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain("GT-CONFIG-CHANGED");
  });
});
