import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kinds } from "../../../src/kinds.ts";
import type { Kubernetes } from "../../../src/ports/kubernetes.ts";
import { configMap, configMapRef } from "./harness.ts";

export interface UnreachableWorld {
  kubernetes: Kubernetes;
  close(): Promise<void>;
}

const calls: [string, (kubernetes: Kubernetes) => Promise<unknown>][] = [
  ["version", (kubernetes) => kubernetes.version()],
  ["get", (kubernetes) => kubernetes.get(configMapRef("default", "one"))],
  ["list", (kubernetes) => kubernetes.list(kinds.ConfigMap)],
  ["review", (kubernetes) => kubernetes.review([{ verb: "get", group: "", resource: "pods" }])],
  ["apply", (kubernetes) => kubernetes.apply([configMap("default", "one", {})])],
  ["patch", (kubernetes) => kubernetes.patch(configMapRef("default", "one"), { data: {} })],
  ["delete", (kubernetes) => kubernetes.delete([configMapRef("default", "one")])],
  ["create", (kubernetes) => kubernetes.create(configMap("default", "one", {}))],
  ["replace", (kubernetes) => kubernetes.replace(configMap("default", "one", {}))],
];

/** What every `Kubernetes` port says of an API server that does not answer. */
export function describeUnreachableContract(
  name: string,
  make: () => Promise<UnreachableWorld>,
): void {
  describe(`the Kubernetes port over ${name}`, () => {
    let world: UnreachableWorld;
    beforeAll(async () => {
      world = await make();
    });
    afterAll(() => world.close());

    it.each(calls)("%s says that it cannot be reached, and that this may pass", async (_, call) => {
      await expect(call(world.kubernetes)).rejects.toMatchObject({
        name: "UserError",
        code: "GT-CLUSTER-UNREACHABLE",
        exitCode: 1,
        retry: {
          limitMs: 60_000,
          intervalMs: 5000,
          reason: "waiting for the API server to answer",
        },
      });
    });
  });
}
