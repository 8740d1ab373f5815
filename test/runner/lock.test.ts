import { describe, expect, it } from "vitest";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import { acquireLock, type LockOptions } from "../../src/runner/lock.ts";
import type { Clock } from "../../src/ports/world.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** One Lease in memory, with resource versions; nothing else of the cluster is asked. */
class LeaseStore {
  live: KubernetesObject | undefined;
  #version = 0;
  down = false;
  silent = false;

  readonly kubernetes = {
    get: async () => {
      if (this.down) throw new Error("no answer");
      if (this.silent) await new Promise(() => undefined);
      return this.live;
    },
    create: async (object: KubernetesObject) => {
      if (this.live !== undefined) return false;
      this.live = this.#stored(object);
      return true;
    },
    replace: async (object: KubernetesObject) => {
      if (this.live?.metadata.resourceVersion !== object.metadata.resourceVersion) return false;
      this.live = this.#stored(object);
      return true;
    },
  };

  #stored(object: KubernetesObject): KubernetesObject {
    this.#version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: `${this.#version}` } };
  }

  /** A run was killed that had renewed it at this time. */
  async leftBy(holderIdentity: string, renewTime: string): Promise<void> {
    await this.kubernetes.create({
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: "gateway-tls", namespace: "gateway-tls" },
      spec: { holderIdentity, leaseDurationSeconds: 30, acquireTime: renewTime, renewTime },
    });
  }

  /** Someone else writes the Lease. */
  taken(spec: Record<string, unknown>): void {
    if (this.live !== undefined) this.live = this.#stored({ ...this.live, spec });
  }

  get holder(): unknown {
    const spec = this.live?.["spec"];
    return typeof spec === "object" && spec !== null && "holderIdentity" in spec
      ? spec.holderIdentity
      : undefined;
  }
}

function options(store: LeaseStore, clock: FakeClock, holder: string): LockOptions {
  return {
    kubernetes: store.kubernetes,
    clock,
    lease: { name: "gateway-tls", namespace: "gateway-tls" },
    holder,
    signal: new AbortController().signal,
    onWait: () => undefined,
  };
}

/** The same time passing, on a clock that is set otherwise. */
const shifted = (clock: FakeClock, byMs: number): Clock => ({
  now: () => new Date(clock.now().getTime() + byMs),
  sleep: (ms, signal) => clock.sleep(ms, signal),
});

describe("the lock", () => {
  it("is held until it is released, and then free for the next run", async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const first = await acquireLock(options(store, clock, "ann@host (pid 1)"));
    expect(store.holder).toBe("ann@host (pid 1)");
    await first.release();
    expect(store.holder).toBe("");
    const second = await acquireLock(options(store, clock, "bob@host (pid 2)"));
    expect(store.holder).toBe("bob@host (pid 2)");
    await second.release();
  });

  it("says who holds it, and since when, when the holder lives", async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const first = await acquireLock(options(store, clock, "ann@host (pid 1)"));
    await clock.sleep(120_000);
    await expect(acquireLock(options(store, clock, "bob@host (pid 2)"))).rejects.toMatchObject({
      code: "GT-LOCKED",
      message: expect.stringMatching(/ann@host \(pid 1\), since 2026-01-01T00:00:00.*\(2 min\)/),
    });
    await first.release();
  });

  it("is taken over 30 s after a killed run's last renewal", async () => {
    const store = new LeaseStore();
    const killed = new FakeClock();
    const ended = new AbortController();
    await store.leftBy("ann@host (pid 1)", "2026-01-01T00:00:00.000000Z");
    const waited: string[] = [];
    const lock = await acquireLock({
      ...options(store, killed, "bob@host (pid 2)"),
      onWait: (message) => waited.push(message),
      signal: ended.signal,
    });
    expect(store.holder).toBe("bob@host (pid 2)");
    expect(killed.now().getTime()).toBeGreaterThan(Date.parse("2026-01-01T00:00:30Z"));
    expect(waited[0]).toContain("ann@host (pid 1)");
    await lock.release();
  });

  it("is not taken from a living run by one whose clock is minutes ahead", async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const first = await acquireLock(options(store, clock, "ann@host (pid 1)"));
    const ahead = { ...options(store, clock, "bob@host (pid 2)"), clock: shifted(clock, 240_000) };
    await expect(acquireLock(ahead)).rejects.toMatchObject({ code: "GT-LOCKED" });
    expect(store.holder).toBe("ann@host (pid 1)");
    await first.release();
  });

  it("is taken at once when it is old whosever clock is right", async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    await store.leftBy("ann@host (pid 1)", "2025-12-31T23:00:00.000000Z");
    const lock = await acquireLock(options(store, clock, "bob@host (pid 2)"));
    expect(clock.now().toISOString()).toBe("2026-01-01T00:00:00.000Z");
    await lock.release();
  });

  it("is lost when another run has taken it, and then not released in its name", async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const lock = await acquireLock(options(store, clock, "ann@host (pid 1)"));
    store.taken({ holderIdentity: "bob@host (pid 2)", leaseDurationSeconds: 30 });
    await clock.sleep(15_000);
    expect(lock.lost.reason).toMatchObject({ code: "GT-LOCK-LOST" });
    await lock.release();
    expect(store.holder).toBe("bob@host (pid 2)");
  });

  it("is lost when the API server is away for as long as a Lease lives", async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const lock = await acquireLock(options(store, clock, "ann@host (pid 1)"));
    store.down = true;
    await clock.sleep(25_000);
    expect(lock.lost.aborted).toBe(false);
    await clock.sleep(10_000);
    expect(lock.lost.aborted).toBe(true);
  });

  it("is lost as soon when the API server never answers", async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const lock = await acquireLock(options(store, clock, "ann@host (pid 1)"));
    store.silent = true;
    await clock.sleep(25_000);
    expect(lock.lost.aborted).toBe(false);
    await clock.sleep(10_000);
    expect(lock.lost.aborted).toBe(true);
  });

  it.each(["down", "silent"] as const)(
    "is given back without a word to an API server that is %s: it runs out",
    async (trouble) => {
      const store = new LeaseStore();
      const clock = new FakeClock();
      const lock = await acquireLock(options(store, clock, "ann@host (pid 1)"));
      store[trouble] = true;
      await lock.release();
      expect(store.holder).toBe("ann@host (pid 1)");
      expect(clock.now().getTime()).toBeLessThanOrEqual(Date.parse("2026-01-01T00:00:30Z"));
    },
  );

  it("stays held for a last write after the renewals, until it is given back", async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const lock = await acquireLock(options(store, clock, "ann@host (pid 1)"));
    await lock.settle();
    expect(store.holder).toBe("ann@host (pid 1)");
    await lock.release();
    expect(store.holder).toBe("");
  });
});
