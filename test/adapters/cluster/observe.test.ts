import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kinds, type ResourceKind } from "../../../src/kinds.ts";
import type { Kubernetes, KubernetesObject } from "../../../src/ports/kubernetes.ts";
import type { Clock } from "../../../src/ports/world.ts";
import { createFakeScene, type FakeScene } from "../../support/fake-cluster/fake-connection.ts";
import { observedUntil } from "../../contract/kubernetes/harness.ts";

let scene: FakeScene;
let kubernetes: Kubernetes;
let pauses: number[] = [];
let now = 0;
let stop = new AbortController();

/** Time passes only by sleeping, and sleeping takes none. */
const clock: Clock = {
  now: () => new Date(now),
  sleep: (ms) => {
    pauses.push(ms);
    now += ms;
    return new Promise((resolve) => setImmediate(resolve));
  },
};

beforeEach(async () => {
  scene = await createFakeScene();
  pauses = [];
  now = Date.now();
  stop = new AbortController();
  ({ kubernetes } = await scene.connect({ clock }));
});
afterEach(async () => {
  stop.abort();
  await scene.close();
});

const configMap = (name: string, data = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "web" },
  data,
});
const observe = (kind: ResourceKind = kinds.ConfigMap) =>
  kubernetes.observe(kind, { namespace: "web" }, stop.signal)[Symbol.asyncIterator]();
const watches = () => scene.cluster.requests.filter((one) => one.includes("watch=1"));

describe("a watch", () => {
  it("goes on from where it was when the server ends it, and misses nothing", async () => {
    const sets = observe();
    expect((await sets.next()).value).toEqual([]);
    const next = observedUntil(sets, ({ length }) => length === 1);
    scene.cluster.create(kinds.ConfigMap, configMap("one"));
    await next;
    const both = observedUntil(sets, ({ length }) => length === 2);
    scene.cluster.endWatches();
    scene.cluster.create(kinds.ConfigMap, configMap("two"));
    expect((await both).map(({ metadata }) => metadata.name)).toEqual(["one", "two"]);
    expect(watches().length).toBeGreaterThanOrEqual(2);
    expect(pauses.length).toBeGreaterThanOrEqual(1);
  });

  it("lists again when its version is gone (410)", async () => {
    const sets = observe();
    await sets.next();
    scene.cluster.store.compacted = Number.MAX_SAFE_INTEGER;
    const both = observedUntil(sets, ({ length }) => length === 1);
    scene.cluster.faults.push({ path: /watch=1/, status: 410, body: "{}" });
    scene.cluster.create(kinds.ConfigMap, configMap("one"));
    scene.cluster.endWatches();
    expect(await both).toHaveLength(1);
    scene.cluster.store.compacted = 0;
  });

  it("waits for a kind that is not served yet, with growing pauses", async () => {
    const { served } = scene.cluster;
    served.splice(served.indexOf(kinds.Gateway), 1);
    const sets = observe(kinds.Gateway);
    expect((await sets.next()).value).toEqual([]);
    const found = observedUntil(sets, ({ length }) => length === 1);
    served.push(kinds.Gateway);
    scene.cluster.create(kinds.Gateway, {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: { name: "edge", namespace: "web" },
    });
    expect(await found).toHaveLength(1);
  });

  it("pauses longer and longer while it is cut off, and never spins", async () => {
    const cut = { path: /watch=1/, status: 500, body: "dial tcp: connect: connection refused" };
    scene.cluster.faults.push(cut, cut, cut, cut, cut, cut);
    const sets = observe();
    await sets.next();
    const found = observedUntil(sets, ({ length }) => length === 1);
    scene.cluster.create(kinds.ConfigMap, configMap("one"));
    await found;
    const growing = pauses.slice(0, 3);
    expect(growing).toEqual(growing.toSorted((a, b) => a - b));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(250);
  });

  it("gives up with the cause when the API server stays away for a minute", async () => {
    const sets = observe();
    await sets.next();
    const ended = observedUntil(sets, () => false);
    await scene.cluster.close();
    await expect(ended).rejects.toMatchObject({ code: "GT-CLUSTER-UNREACHABLE" });
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(60_000);
  });

  it("ends at once with a cause that does not pass", async () => {
    scene.cluster.faults.push({
      path: /configmaps/,
      status: 403,
      body: JSON.stringify({
        kind: "Status",
        message:
          'configmaps is forbidden: User "v" cannot list resource "configmaps" in API group ""',
      }),
    });
    await expect(observe().next()).rejects.toMatchObject({ code: "GT-CLUSTER-FORBIDDEN" });
  });
});
