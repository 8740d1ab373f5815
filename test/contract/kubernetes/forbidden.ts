import { describe, expect, it } from "vitest";
import { kinds } from "../../../src/kinds.ts";
import type { Kubernetes } from "../../../src/ports/kubernetes.ts";
import type { Scene } from "./contract.ts";
import { configMap, configMapRef } from "./harness.ts";

/** With the verb that RBAC has for it. */
type Write = (kubernetes: Kubernetes, namespace: string, name: string) => Promise<unknown>;

/** Each write of the port, of one ConfigMap. */
const writes: [string, verb: string, Write][] = [
  ["apply", "patch", (kubernetes, at, name) => kubernetes.apply([configMap(at, name, { a: "2" })])],
  [
    "patch",
    "patch",
    (kubernetes, at, name) => kubernetes.patch(configMapRef(at, name), { data: { a: "2" } }),
  ],
  ["delete", "delete", (kubernetes, at, name) => kubernetes.delete([configMapRef(at, name)])],
  [
    "create",
    "create",
    (kubernetes, at, name) => kubernetes.create(configMap(at, name, { a: "2" })),
  ],
  [
    "replace",
    "update",
    (kubernetes, at, name) => kubernetes.replace(configMap(at, name, { a: "2" })),
  ],
];

/** Somebody who may not write: told so, and never that nothing is there. */
export function describeForbidden(scene: () => Scene): void {
  describe("without the right to write", () => {
    it.each(writes)(
      "%s of what is there is forbidden, and changes nothing",
      async (_, verb, write) => {
        const { kubernetes, reader, namespace } = scene();
        await kubernetes.apply([configMap(namespace, "one", { a: "1" })]);
        await expect(write(reader, namespace, "one")).rejects.toMatchObject(
          forbids(verb, namespace),
        );
        const found = await kubernetes.get(configMapRef(namespace, "one"));
        expect(found).toMatchObject({ data: { a: "1" } });
      },
    );

    it.each(writes)(
      "%s of what is absent is forbidden too, and not absent",
      async (_, verb, write) => {
        const { reader, namespace } = scene();
        await expect(write(reader, namespace, "absent")).rejects.toMatchObject(
          forbids(verb, namespace),
        );
      },
    );

    it("reading goes on, and absence stays absence", async () => {
      const { reader } = scene();
      expect(await reader.get(configMapRef("no-such-namespace", "absent"))).toBeUndefined();
      expect(await reader.list(kinds.Namespace)).not.toEqual([]);
    });
  });
}

const forbids = (verb: string, namespace: string) => ({
  name: "UserError",
  code: "GT-CLUSTER-FORBIDDEN",
  message: expect.stringMatching(
    new RegExp(`^The cluster does not let \\S+ ${verb} configmaps in namespace ${namespace}\\.$`),
  ) as unknown,
  retry: undefined,
});
