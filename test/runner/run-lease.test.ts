import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { kinds } from "../../src/kinds.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { Kubernetes, KubernetesObject } from "../../src/ports/kubernetes.ts";
import type { ConnectedWorld } from "../../src/ports/world.ts";
import { withConnection } from "../../src/runner/connect.ts";
import { guardWrites } from "../../src/runner/journal.ts";
import { type LeaseOptions, RunLease } from "../../src/runner/run-lease.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-tls-run-lease-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const LEASE = { kind: kinds.Lease, name: "gateway-tls", namespace: "gateway-tls" };
const OWN = { kind: kinds.Namespace, name: "gateway-tls" };
const own: KubernetesObject = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "gateway-tls" },
};
const kept: KubernetesObject = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "gateway-tls", namespace: "gateway-tls" },
  data: { "gateway-tls.yaml": "domain: example.com" },
};
/** A write of a step. */
const written: KubernetesObject = { ...kept, metadata: { ...kept.metadata, name: "written" } };
const WRITTEN = { kind: kinds.ConfigMap, namespace: "gateway-tls", name: "written" };

// Of the plan only these names are looked at.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const plan = { namespaces: { own }, names: { lease: "gateway-tls" } } as unknown as Plan;

async function openWorld(): Promise<ConnectedWorld> {
  const sandbox = await createSandbox({ statePath: join(directory, "sandbox.json"), faults: [] });
  return withConnection(sandbox, await sandbox.connect(undefined, {}));
}

/** A run's Lease, and the world as its steps have it. */
function begin(world: ConnectedWorld, options: Partial<LeaseOptions> = {}) {
  const { signal } = new AbortController();
  const lease = new RunLease({ plan, world, signal, holder: "ann@host (pid 1)", ...options });
  return { lease, kubernetes: guardWrites(world, lease).kubernetes };
}

const counting = (inner: Kubernetes, counts: { created: number }): Kubernetes => ({
  ...inner,
  create: async (object) => {
    counts.created += 1;
    return inner.create(object);
  },
});

describe("a run's first write", () => {
  it("takes the Lease, once for all that come at the same time", async () => {
    const world = await openWorld();
    const counts = { created: 0 };
    const { lease, kubernetes } = begin({
      ...world,
      kubernetes: counting(world.kubernetes, counts),
    });
    const other = { ...written, metadata: { ...written.metadata, name: "other" } };
    await Promise.all([kubernetes.apply([written]), kubernetes.apply([other])]);
    await kubernetes.patch(WRITTEN, { data: { more: "yes" } });
    expect(counts.created).toBe(1);
    expect(await world.kubernetes.get(LEASE)).toMatchObject({
      spec: { holderIdentity: "ann@host (pid 1)" },
    });
    await lease.release();
    expect(await world.kubernetes.get(LEASE)).toMatchObject({ spec: { holderIdentity: "" } });
  });

  it("is not made, and none after it, when another config is kept than the plan's", async () => {
    const world = await openWorld();
    await world.kubernetes.apply([own, kept]);
    const { lease, kubernetes } = begin(world, { madeFrom: { text: "domain: example.org" } });
    const changed = { code: "GT-CONFIG-CHANGED" };
    await expect(kubernetes.apply([written])).rejects.toMatchObject(changed);
    await expect(kubernetes.apply([written])).rejects.toMatchObject(changed);
    await lease.release();
    expect(await world.kubernetes.get(WRITTEN)).toBeUndefined();
    expect(await world.kubernetes.get(LEASE)).toMatchObject({ spec: { holderIdentity: "" } });
  });

  it("does not bring back the namespace that another run took away with what was kept", async () => {
    const world = await openWorld();
    const { kubernetes } = begin(world, { madeFrom: { text: "domain: example.com" } });
    await expect(kubernetes.apply([written])).rejects.toMatchObject({ code: "GT-CONFIG-CHANGED" });
    expect(await world.kubernetes.get(OWN)).toBeUndefined();
  });

  it("can be tried again when the Lease could not be taken for a moment", async () => {
    const world = await openWorld();
    await world.kubernetes.apply([own]);
    const passing = new UserError("GT-CLUSTER-UNREACHABLE", "no answer", {
      retry: { limitMs: 60_000, intervalMs: 1000, reason: "waiting for an answer" },
    });
    let isAway = true;
    const create: Kubernetes["create"] = async (object) => {
      if (isAway) throw passing;
      return world.kubernetes.create(object);
    };
    const { lease, kubernetes } = begin({ ...world, kubernetes: { ...world.kubernetes, create } });
    await expect(kubernetes.apply([written])).rejects.toBe(passing);
    isAway = false;
    await kubernetes.apply([written]);
    await lease.release();
    expect(await world.kubernetes.get(WRITTEN)).toBeDefined();
  });

  it("is refused when the run is over", async () => {
    const world = await openWorld();
    const { lease, kubernetes } = begin(world);
    await lease.release();
    await expect(kubernetes.apply([own])).rejects.toMatchObject({ code: "GT-CANCELLED" });
    expect(await world.kubernetes.get(OWN)).toBeUndefined();
  });
});
