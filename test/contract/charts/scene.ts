import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import type { JsonObject } from "../../../src/json.ts";
import type { Charts, Release, ReleaseRequest } from "../../../src/ports/charts.ts";
import type { Kubernetes } from "../../../src/ports/kubernetes.ts";

/** What one test gets: a namespace of its own, and the release `demo` in it. */
export interface ChartsScene<Harness extends ChartsHarness = ChartsHarness> {
  scene: () => Harness;
  namespaceOf: () => string;
  request: (more?: Partial<ReleaseRequest>) => ReleaseRequest;
  apply: (more?: Partial<ReleaseRequest>) => Promise<void>;
  find: () => Promise<Release | undefined>;
}

/** A chart in two versions; it takes the values `{replicas, note}` and owns the ConfigMap `config`. */
export interface ContractChart {
  reference: (version: string) => string;
  /** The chart's own name, as `Release.chart` has it. */
  name: string;
  versions: readonly [older: string, newer: string];
  /** Name of a ConfigMap in the release's namespace that the chart makes. */
  config: string;
  /** Values with which it has something that never gets ready. */
  neverReady: JsonObject;
}

/** Of a release that nobody works on any more. */
export type LeftStatus = "pending-install" | "pending-upgrade" | "failed";

/** A cluster and the charts port on it. */
export interface ChartsHarness {
  charts: Charts;
  kubernetes: Kubernetes;
  chart: ContractChart;
  /** A reference that leads nowhere. */
  unreachable: string;
  /** Leaves the release as a killed helm does, or one whose wait ended (failed). */
  leave: (release: { name: string; namespace: string }, status: LeftStatus) => Promise<void>;
  close: () => Promise<void>;
}

/** Of every release here. */
export const labels = { "gateway-tls-installation": "contract" };

/**
 * One suite over a harness. `make` is called once; each test works in a namespace of its own, so
 * the cluster may be a shared one.
 */
export function describeOnCharts<Harness extends ChartsHarness>(
  name: string,
  make: () => Promise<Harness>,
  behaviours: (scene: ChartsScene<Harness>) => void,
): void {
  describe(`the Charts port over ${name}`, () => {
    let made: Harness | undefined;
    let namespace = "";
    let count = 0;
    const run = randomUUID().slice(0, 8);

    beforeAll(async () => {
      made = await make();
    });
    beforeEach(async () => {
      count += 1;
      namespace = `contract-charts-${run}-${count}`;
      await made?.kubernetes.apply([
        { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
      ]);
    });
    afterAll(async () => {
      await made?.close();
    });

    const scene = (): Harness => {
      if (made === undefined) throw new Error("the harness was not made");
      return made;
    };
    const request = (more: Partial<ReleaseRequest> = {}): ReleaseRequest => {
      const { reference, versions } = scene().chart;
      const version = more.version ?? versions[0];
      return {
        name: "demo",
        namespace,
        chart: reference(version),
        version,
        values: { replicas: 1, note: "hello" },
        labels,
        timeLimitMs: 60_000,
        ...more,
      };
    };
    const apply = (more: Partial<ReleaseRequest> = {}) =>
      scene().charts.apply(request(more), { signal: new AbortController().signal });
    const find = async (): Promise<Release | undefined> =>
      (await scene().charts.list()).find(
        (one) => one.name === "demo" && one.namespace === namespace,
      );

    behaviours({ scene, namespaceOf: () => namespace, request, apply, find });
  });
}
