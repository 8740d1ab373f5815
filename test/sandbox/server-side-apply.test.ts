import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import { at, list, text } from "../../src/sandbox/fields.ts";
import { fromFieldsV1, leavesOf, pathId, toFieldsV1 } from "../../src/sandbox/store/field-set.ts";
import { serverSideApply } from "../../src/sandbox/store/server-side-apply.ts";

type Listeners = Record<string, number>;

const gateway = (listeners: Listeners, annotations: Record<string, string> = {}) => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { name: "edge", namespace: "n", annotations },
  spec: {
    gatewayClassName: "nginx",
    listeners: Object.entries(listeners).map(([name, port]) => ({ name, port, protocol: "HTTP" })),
  },
});

function apply(
  live: KubernetesObject | undefined,
  applied: KubernetesObject,
  manager: string,
): KubernetesObject {
  const outcome = serverSideApply(live, applied, manager);
  if ("conflicts" in outcome) throw new Error(JSON.stringify(outcome.conflicts));
  return outcome.object;
}

function portsOf(object: KubernetesObject): Listeners {
  const listeners = list(at(object, "spec", "listeners"));
  return Object.fromEntries(listeners.map(({ name, port }) => [text(name), Number(port)]));
}

const names = (prefix: string) => fc.constantFrom("a", "b", "c", "d").map((x) => `${prefix}${x}`);
const listenersOf = (prefix: string) =>
  fc.dictionary(names(prefix), fc.integer({ min: 1, max: 9 }), { minKeys: 1 });
const annotationsOf = (prefix: string) => fc.dictionary(names(prefix), fc.constantFrom("1", "2"));

describe("server-side apply", () => {
  test("the second time changes nothing", () => {
    fc.assert(
      fc.property(listenersOf("x"), annotationsOf("x"), (listeners, annotations) => {
        const once = apply(undefined, gateway(listeners, annotations), "us");
        expect(apply(once, gateway(listeners, annotations), "us")).toEqual(once);
      }),
    );
  });

  test("we have exactly what we applied last, whatever came before", () => {
    fc.assert(
      fc.property(fc.array(listenersOf("x"), { minLength: 1 }), (history) => {
        let live: KubernetesObject | undefined;
        for (const listeners of history) live = apply(live, gateway(listeners), "us");
        if (live === undefined) throw new Error("nothing was applied");
        expect(portsOf(live)).toEqual(history.at(-1));
      }),
    );
  });

  test("what others own never changes by what we apply", () => {
    fc.assert(
      fc.property(
        listenersOf("ours-"),
        listenersOf("ours-"),
        listenersOf("theirs-"),
        annotationsOf("theirs-"),
        (before, after, theirs, annotations) => {
          const first = apply(undefined, gateway(before), "us");
          const shared = apply(first, gateway(theirs, annotations), "them");
          const live = apply(shared, gateway(after), "us");
          expect(portsOf(live)).toEqual({ ...after, ...theirs });
          expect(live.metadata.annotations ?? {}).toEqual(annotations);
        },
      ),
    );
  });

  test("a field of another manager with another value is a conflict that names both", () => {
    const live = apply(undefined, gateway({ http: 80 }), "them");
    expect(serverSideApply(live, gateway({ http: 81 }), "us")).toEqual({
      conflicts: [{ manager: "them", field: '.spec.listeners[name="http"].port' }],
    });
  });

  test("two who want the same share it, and it stays when one leaves", () => {
    const live = apply(
      apply(undefined, gateway({ http: 80 }), "them"),
      gateway({ http: 80 }),
      "us",
    );
    expect(portsOf(apply(live, gateway({ other: 1 }), "us"))).toEqual({ http: 80, other: 1 });
  });

  test("status, uid and defaults are nobody's by an apply", () => {
    const live = apply(undefined, gateway({ http: 80 }), "us");
    live["status"] = { addresses: [] };
    live.metadata.uid = "1";
    for (const listener of list(at(live, "spec", "listeners"))) listener["allowedRoutes"] = {};
    const next = apply(live, gateway({ http: 80 }), "us");
    expect(next).toEqual(live);
    expect(portsOf(apply(next, gateway({ other: 2 }), "us"))).toEqual({ other: 2 });
  });
});

describe("managed fields", () => {
  test("are read back as they were written", () => {
    fc.assert(
      fc.property(listenersOf("x"), annotationsOf("y"), (listeners, annotations) => {
        const paths = leavesOf("Gateway", gateway(listeners, annotations));
        const back = fromFieldsV1(toFieldsV1(paths));
        expect(back.map(pathId).sort()).toEqual(paths.map(pathId).sort());
      }),
    );
  });
});
