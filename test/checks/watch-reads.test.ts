import { describe, expect, test } from "vitest";
import { buildStatus } from "../../src/checks/status.ts";
import type { Looked } from "../../src/commands/looked.ts";
import { watchStatus } from "../../src/commands/status-watch.ts";
import { readStatusFacts } from "../../src/facts/status-facts.ts";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { readState } from "./state-file.ts";
import { buildStateWorld } from "./state-world.ts";

/** A state that waits, in a cluster that counts what is listed and says when something changed. */
function buildWatched(name: string, forbidden: string[] = []) {
  const state = readState(name);
  const { world, survey } = buildStateWorld({ ...state, forbidden });
  const clock = new FakeClock(state.now ?? "2026-11-23T14:00:00Z");
  const { kubernetes, resolver } = world;
  const list = kubernetes.list.bind(kubernetes);
  const query = resolver.query.bind(resolver);
  const listed: string[] = [];
  const asked: string[] = [];
  let change: () => void = () => undefined;
  async function* observe(
    _kind: unknown,
    _options: unknown,
    signal: AbortSignal,
  ): AsyncGenerator<readonly KubernetesObject[]> {
    while (!signal.aborted) {
      yield [];
      await new Promise<void>((resolve) => {
        const before = change;
        change = () => {
          before();
          resolve();
        };
        signal.addEventListener("abort", () => resolve());
      });
    }
  }
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
  return { watch, listed, asked, change: () => change() };
}

const countOf = (all: readonly string[], one: string) => all.filter((name) => name === one).length;

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
    await expect(watch((count) => count === 2 && change())).rejects.toThrow("90 s");
    expect(countOf(listed, "Gateway")).toBe(2);
  });

  test("what could not be read is tried again", async () => {
    const { watch, listed } = buildWatched("record-on-its-way", ["Challenge"]);
    await expect(watch()).rejects.toMatchObject({ code: "GT-WAIT-TIMEOUT" });
    expect(countOf(listed, "Challenge")).toBeGreaterThan(1);
  });
});
