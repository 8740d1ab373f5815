import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cancelled } from "../../src/errors.ts";
import { kinds } from "../../src/kinds.ts";
import { buildHostNames } from "../../src/plan/names.ts";
import type { Kubernetes, KubernetesObject } from "../../src/ports/kubernetes.ts";
import type { ConnectedWorld } from "../../src/ports/world.ts";
import { acquireLock, type Lock } from "../../src/runner/lock.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { expectHostParts, readHostParts, runInSandbox } from "../support/life.ts";
import type { Ran } from "../support/run-cli.ts";

let cwd: string;
let statePath: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "gateway-tls-late-lease-"));
  statePath = join(cwd, "sandbox.json");
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

const run = (line: string, ...rest: [Parameters<typeof runInSandbox>[2]?, AbortSignal?]) =>
  runInSandbox(line, { statePath, cwd }, ...rest);

const init = "init --domain example.com --email ops@example.com --cluster demo --sample-app --yes";
const add = "add-host api.example.com --backend shop/api:8080 --yes";
const again = "init --cluster demo --yes --output json";

/** In the middle of a run's steps: when it has seen its records, or its certificates. */
type Moment = "resolved" | "served";

/** Does something at that moment, and lists how the run itself asks for the Lease and writes. */
function meanwhile(moment: Moment, act: (world: ConnectedWorld) => Promise<unknown>) {
  const calls: string[] = [];
  const past = new Set<Moment | "begun">();
  let begun: Promise<unknown> | undefined;
  // Asked twice: for the account's ports, and then for those of the cluster too.
  let connected: ConnectedWorld;
  const through = (world: ConnectedWorld): ConnectedWorld => {
    connected = world;
    const { probe, zones, kubernetes } = world;
    return {
      ...world,
      probe: {
        get: (target) => probe.get(target),
        handshake: async (target) => {
          past.add("served");
          return probe.handshake(target);
        },
      },
      zones: {
        ...zones,
        listRecords: async (...asked) => {
          if (past.has("begun")) past.add("resolved");
          return zones.listRecords(...asked);
        },
      },
      kubernetes: noting(kubernetes, calls, {
        observe: (...asked) => {
          past.add("begun");
          return kubernetes.observe(...asked);
        },
        get: async (ref) => {
          if (ref.kind === kinds.Gateway) {
            if (past.has(moment)) await (begun ??= act(connected));
          }
          if (ref.kind === kinds.Lease) calls.push("get Lease");
          return kubernetes.get(ref);
        },
      }),
    };
  };
  return { calls, through };
}

function noting(inner: Kubernetes, calls: string[], changed: Partial<Kubernetes>): Kubernetes {
  return {
    ...inner,
    ...changed,
    create: async (object) => {
      calls.push("create Lease");
      return inner.create(object);
    },
    replace: async (object) => {
      calls.push(holderOf(object) === "" ? "release Lease" : "take Lease");
      return inner.replace(object);
    },
    apply: async (objects) => {
      calls.push(...objects.map(({ kind }) => `apply ${kind}`));
      await inner.apply(objects);
    },
  };
}

/** Another run's command, in the same world and at the same time. */
async function otherRun(world: ConnectedWorld, line: string): Promise<Ran> {
  const ran = await run(line, () => world);
  expect(ran.exitCode, `${ran.stdout}${ran.stderr}`).toBe(0);
  return ran;
}

async function expectRefused(moment: Moment, other: string) {
  const { through } = meanwhile(moment, (world) => otherRun(world, other));
  const { stdout, stderr, exitCode } = await run(again, through);
  expect(exitCode, `${stdout}${stderr}`).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    result: "failed",
    error: { code: "GT-CONFIG-CHANGED" },
    writes: 0,
  });
}

const LEASE = { kind: kinds.Lease, namespace: "gateway-tls", name: "gateway-tls" };

const holderOf = (lease: KubernetesObject | undefined): unknown =>
  Object(lease?.["spec"]).holderIdentity;

const REDIRECT = {
  kind: kinds.HTTPRoute,
  namespace: "gateway-tls-sample",
  name: buildHostNames("www.example.com").redirectRoute,
};

/** Somebody takes the redirect away, so that the last step finds something to do. */
const dropRedirect = ({ kubernetes }: ConnectedWorld) => kubernetes.delete([REDIRECT]);

async function findLive() {
  const sandbox = await createSandbox({ statePath, faults: [] });
  const { kubernetes } = await sandbox.connect(await sandbox.clusters.find("demo"), {});
  const holder = holderOf(await kubernetes.get(LEASE));
  return { holder, hasRedirect: (await kubernetes.get(REDIRECT)) !== undefined };
}

describe("init that had nothing to do, while another run changes what is kept", () => {
  it("does not switch back to production what was just promoted to staging", async () => {
    await run(init);
    await expectRefused("served", "promote --to staging --yes");
    const hosts = [{ hostname: "www.example.com" }];
    expect(await readHostParts(statePath)).toEqual(expectHostParts({ hosts, issuer: "staging" }));
  });

  it("does not bring back a host that was just removed", async () => {
    await run(init);
    await run(add);
    await expectRefused("resolved", "remove-host api.example.com --yes");
    const hosts = [{ hostname: "www.example.com" }];
    expect(await readHostParts(statePath)).toEqual(
      expectHostParts({ hosts, issuer: "production" }),
    );
  });
});

describe("init that had nothing to do", () => {
  it("asks for no Lease as long as that is so", async () => {
    await run(init);
    const { calls, through } = meanwhile("served", async () => undefined);
    const { stdout } = await run(again, through);
    expect(JSON.parse(stdout)).toMatchObject({ result: "unchanged", writes: 0 });
    expect(calls).toEqual([]);
  });

  it("takes the Lease before it mends what was changed meanwhile, and gives it back", async () => {
    await run(init);
    const { calls, through } = meanwhile("served", dropRedirect);
    const { stdout, stderr } = await run(again, through);
    expect(JSON.parse(stdout), stderr).toMatchObject({ result: "done", error: null });
    expect(calls.slice(0, 3)).toEqual(["get Lease", "take Lease", "apply HTTPRoute"]);
    expect(calls.at(-1)).toBe("release Lease");
    expect(await findLive()).toEqual({ holder: "", hasRedirect: true });
  });

  it("writes nothing while another run holds the Lease", async () => {
    await run(init);
    let other: Lock | undefined;
    const { through } = meanwhile("served", async (world) => {
      await dropRedirect(world);
      const { name, namespace } = LEASE;
      const { signal } = new AbortController();
      const rest = { holder: "bob@host (pid 2)", signal, onWait: () => undefined };
      other = await acquireLock({ ...world, lease: { name, namespace }, ...rest });
    });
    const { stdout, stderr } = await run(again, through);
    await other?.release();
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "GT-LOCKED" }, writes: 0 });
    expect(stderr).toContain("another run holds the lock: bob@host (pid 2)");
    expect((await findLive()).hasRedirect).toBe(false);
  });

  it("writes nothing when Ctrl-C comes while it takes the Lease", async () => {
    await run(init);
    const ctrlC = new AbortController();
    const { calls, through } = meanwhile("served", dropRedirect);
    const { exitCode, stdout } = await run(
      again,
      (world) => {
        const { kubernetes, ...rest } = through(world);
        const replace: Kubernetes["replace"] = async (object) => {
          ctrlC.abort(new Cancelled());
          return kubernetes.replace(object);
        };
        return { ...rest, kubernetes: { ...kubernetes, replace } };
      },
      ctrlC.signal,
    );
    expect(exitCode).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ result: "cancelled", writes: 0 });
    expect(calls.at(-1)).toBe("release Lease");
    expect(await findLive()).toEqual({ holder: "", hasRedirect: false });
  });

  it("writes nothing more once it has lost the Lease that it took late", async () => {
    await run(init);
    const { calls, through } = meanwhile("served", dropRedirect);
    const { stdout } = await run(again, (world) => {
      const { kubernetes, ...rest } = through(world);
      const apply: Kubernetes["apply"] = async (objects) => {
        await kubernetes.apply(objects);
        const live = await world.kubernetes.get(LEASE);
        if (live === undefined) throw new Error("no run holds the Lease");
        const spec = { ...Object(live["spec"]), holderIdentity: "bob@host (pid 2)" };
        await world.kubernetes.replace({ ...live, spec });
        await world.clock.sleep(15_000);
      };
      return { ...rest, kubernetes: { ...kubernetes, apply } };
    });
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "GT-LOCK-LOST" }, writes: 1 });
    expect(calls.filter((call) => call.startsWith("apply"))).toEqual(["apply HTTPRoute"]);
    expect(await findLive()).toEqual({ holder: "bob@host (pid 2)", hasRedirect: false });
  });
});
