import { describe, expect, test } from "vitest";
import { buildStatus } from "../../src/checks/status.ts";
import type { Looked } from "../../src/commands/looked.ts";
import { watchStatus } from "../../src/commands/status-watch.ts";
import { readStatusFacts } from "../../src/facts/status-facts.ts";
import type { ResourceKind } from "../../src/kinds.ts";
import type { Kubernetes, KubernetesObject, ListOptions } from "../../src/ports/kubernetes.ts";
import { FakeKubernetes, objectOf } from "../facts/fakes/fake-kubernetes.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { readState } from "./state-file.ts";
import { buildStateWorld } from "./state-world.ts";

const STARTING = "controller-starting";
/** Soon after it began: later it would be broken. */
const STARTED = "2026-11-23T13:01:00Z";

/** A state that waits, in a cluster that counts what is listed and says when something changed. */
function buildWatched(
  name: string,
  { forbidden = [], withoutAws = false }: { forbidden?: string[]; withoutAws?: boolean } = {},
) {
  const state = { ...readState(name), ...(name === STARTING ? { now: STARTED } : {}) };
  const aws = { ...state.aws, ...(withoutAws ? { denied: true } : {}) };
  const { world, survey } = buildStateWorld({ ...state, forbidden, aws });
  const clock = new FakeClock(state.now ?? "2026-11-23T14:00:00Z");
  const { kubernetes, resolver } = world;
  const list = kubernetes.list.bind(kubernetes);
  const query = resolver.query.bind(resolver);
  const listed: string[] = [];
  const asked: string[] = [];
  const { observe, wake } = watchLists(list);
  Object.assign(kubernetes, {
    observe,
    list: (...args: Parameters<typeof list>) => {
      listed.push(args[0].kind);
      return list(...args);
    },
  });
  Object.assign(resolver, {
    query: (...args: Parameters<typeof query>) => {
      asked.push(args[0]);
      return query(...args);
    },
  });
  const look = async (unchanged?: Looked): Promise<Looked> => {
    const options = unchanged === undefined ? {} : { unchanged: unchanged.facts };
    const read = await readStatusFacts({ ...world, clock }, survey, options);
    return { ...read, status: buildStatus(read.survey, read.facts) };
  };
  const watch = (onLook: (count: number) => void = () => undefined) => {
    let count = 0;
    return watchStatus({
      world: { kubernetes, clock },
      survey,
      signal: new AbortController().signal,
      timeoutSeconds: 90,
      look,
      onLook: async () => onLook((count += 1)),
    });
  };
  const change = (...objects: KubernetesObject[]) => {
    if (kubernetes instanceof FakeKubernetes) kubernetes.objects.push(...objects);
    wake();
  };
  return { watch, listed, asked, change };
}

/** Watches over the lists: each tells its set anew when it has become another. */
function watchLists(list: Kubernetes["list"]): Pick<Kubernetes, "observe"> & { wake: () => void } {
  const wakes = new Set<() => void>();
  async function* observe(
    kind: ResourceKind,
    options: ListOptions,
    signal: AbortSignal,
  ): AsyncGenerator<readonly KubernetesObject[]> {
    let shown = "";
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        wakes.add(resolve);
        signal.addEventListener("abort", () => resolve());
      });
      const found = await list(kind, options);
      if (shown !== JSON.stringify(found)) yield found;
      shown = JSON.stringify(found);
      await woken;
    }
  }
  return { observe, wake: () => wakes.forEach((resolve) => resolve()) };
}

const countOf = (all: readonly string[], one: string) => all.filter((name) => name === one).length;

const issuer = objectOf("cert-manager.io/v1", "ClusterIssuer", "another");
const crashing = readState("controller-crashes").objects.filter(({ kind }) => kind === "Pod");

describe("what is read while nothing happens", () => {
  test("the cluster once; DNS again and again, until the time is over", async () => {
    const { watch, listed, asked } = buildWatched("record-on-its-way");
    await expect(watch()).rejects.toMatchObject({ code: "GT-WAIT-TIMEOUT" });
    expect(countOf(listed, "Gateway")).toBe(1);
    expect(countOf(listed, "Certificate")).toBe(1);
    expect(countOf(asked, "www.example.com")).toBeGreaterThan(20);
  });

  test("after a change, the cluster again", async () => {
    const { watch, listed, change } = buildWatched("record-on-its-way");
    await expect(watch((count) => count === 2 && change(issuer))).rejects.toThrow("90 s");
    expect(countOf(listed, "Gateway")).toBe(2);
  });

  test("what could not be read is tried again", async () => {
    const { watch, listed } = buildWatched("record-on-its-way", { forbidden: ["Challenge"] });
    await expect(watch()).rejects.toMatchObject({ code: "GT-WAIT-TIMEOUT" });
    expect(countOf(listed, "Challenge")).toBeGreaterThan(1);
  });

  test("CRDs that are on their way again, until they are late: nobody watches them", async () => {
    const { watch, listed } = buildWatched("crds-not-established");
    const { status } = await watch();
    expect(status.findings[0]?.code).toBe("GT-CRDS-NOT-ESTABLISHED");
    expect(countOf(listed, "CustomResourceDefinition")).toBeGreaterThan(1);
  });
});

describe("what ends it", () => {
  const serviceEvent = readState("balancer-no-subnet").objects.filter(
    ({ kind }) => kind === "Event",
  );
  test.each([
    ["a Pod that crashes", STARTING, crashing, "GT-DEPLOYMENT-NOT-READY"],
    ["a warning", "balancer-on-its-way", serviceEvent, "GT-LOAD-BALANCER-NO-ADDRESS"],
  ])("%s", async (_, state, objects, code) => {
    expect(objects.length).toBeGreaterThan(0);
    const { watch, change } = buildWatched(state);
    const looks: number[] = [];
    const { status } = await watch((count) => {
      looks.push(count);
      if (count === 2) change(...objects);
    });
    expect([status.verdict, status.findings[0]?.code]).toEqual(["degraded", code]);
    expect(looks).toEqual([1, 2, 3]);
  });

  test("a watch that is not allowed leaves the rest watched, and is made up for by reading", async () => {
    const { watch, listed } = buildWatched("record-on-its-way", { forbidden: ["ServiceAccount"] });
    await expect(watch()).rejects.toMatchObject({ code: "GT-WAIT-TIMEOUT" });
    expect(countOf(listed, "Gateway")).toBeGreaterThan(1);
  });

  test("that only what cannot be seen is left, look after look", async () => {
    const { watch } = buildWatched("healthy", { withoutAws: true });
    let looks = 0;
    const { status } = await watch((count) => (looks = count));
    expect([status.verdict, looks]).toEqual(["unknown", 3]);
  });

  test("not what cannot be seen while something else is on its way", async () => {
    const { watch } = buildWatched(STARTING, { withoutAws: true });
    await expect(watch()).rejects.toMatchObject({ code: "GT-WAIT-TIMEOUT" });
  });
});
