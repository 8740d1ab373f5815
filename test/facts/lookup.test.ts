import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { keysOfHost, keysOfRoute, Lookup } from "../../src/facts/lookup.ts";
import { parseHttpRoute } from "../../src/facts/objects.ts";
import { isRouteFor } from "../../src/facts/survey.ts";

describe("a lookup", () => {
  const lookup = new Lookup([3, 4, 5, 6], (number) => [number % 2 === 0 ? "even" : "odd", "all"]);

  test("gives what is under any of the keys, once and in the order of the list", () => {
    expect(lookup.pick(["odd"])).toEqual([3, 5]);
    expect(lookup.pick(["all", "even"])).toEqual([3, 4, 5, 6]);
    expect(lookup.pick(["even", "odd"])).toEqual([3, 4, 5, 6]);
    expect(lookup.pick(["prime"])).toEqual([]);
  });
});

const label = fc.constantFrom("a", "b", "c");
const hostname = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join("."));
const named = fc.oneof(
  hostname,
  hostname.map((name) => `*.${name}`),
);

test("no route that may be for a host is missed", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(named, { maxLength: 3 }), { maxLength: 8 }),
      hostname,
      (all, host) => {
        const routes = all.map((hostnames, index) =>
          parseHttpRoute({
            apiVersion: "gateway.networking.k8s.io/v1",
            kind: "HTTPRoute",
            metadata: { name: `r${index}`, namespace: "web" },
            spec: { hostnames },
          }),
        );
        const picked = new Lookup(routes, keysOfRoute).pick(keysOfHost(host));
        const isFor = ({ spec }: (typeof routes)[number]) => isRouteFor(spec, host);
        expect(picked.filter(isFor)).toEqual(routes.filter(isFor));
      },
    ),
  );
});
