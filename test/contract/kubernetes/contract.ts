import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { kinds } from "../../../src/kinds.ts";
import { describeAdmission } from "./admission.ts";
import { describeApply } from "./apply.ts";
import { describeForbidden } from "./forbidden.ts";
import type { KubernetesHarness } from "./harness.ts";
import { describeObserve } from "./observe.ts";
import { describeReads } from "./reads.ts";
import { describeWrites } from "./writes.ts";

/** What one test gets: the cluster, and a namespace of its own. */
export interface Scene extends KubernetesHarness {
  namespace: string;
}

/** What every `Kubernetes` port must do, whatever is behind it. */
export function describeKubernetesContract(
  name: string,
  make: () => Promise<KubernetesHarness>,
): void {
  describeOnCluster(name, make, (scene) => {
    describeReads(scene);
    describeApply(scene);
    describeWrites(scene);
    describeForbidden(scene);
    describeObserve(scene);
  });
}

/** What it does where the API server looks at what it is given: stand-ins take anything. */
export function describeAdmissionContract(
  name: string,
  make: () => Promise<KubernetesHarness>,
): void {
  describeOnCluster(`${name}, which admits`, make, describeAdmission);
}

/**
 * `make` is called once; each test works in a namespace of its own, so the cluster may be a shared
 * one.
 */
function describeOnCluster(
  name: string,
  make: () => Promise<KubernetesHarness>,
  behaviours: (scene: () => Scene) => void,
): void {
  describe(`the Kubernetes port over ${name}`, () => {
    let harness: KubernetesHarness | undefined;
    let namespace = "";
    let count = 0;
    const run = randomUUID().slice(0, 8);

    beforeAll(async () => {
      harness = await make();
    });
    beforeEach(async () => {
      count += 1;
      namespace = `contract-${run}-${count}`;
      await harness?.kubernetes.apply([
        { apiVersion: "v1", kind: kinds.Namespace.kind, metadata: { name: namespace } },
      ]);
    });
    afterAll(async () => {
      await harness?.close();
    });

    const scene = (): Scene => {
      if (harness === undefined) throw new Error("the harness was not made");
      return { ...harness, namespace };
    };
    behaviours(scene);
  });
}
