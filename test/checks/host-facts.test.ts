import { expect, test } from "vitest";
import { divideByHost } from "../../src/checks/host-facts.ts";
import { UserError } from "../../src/errors.ts";
import { known, unknown, valueOf } from "../../src/facts/fact.ts";
import * as objects from "../../src/facts/objects.ts";
import { readStatusFacts } from "../../src/facts/status-facts.ts";
import type { Target } from "../../src/facts/survey.ts";
import type { KubernetesObject } from "../../src/ports/kubernetes.ts";
import { buildStateWorld } from "./state-world.ts";

const gateway = { namespace: "edge", name: "edge" };
const MADE_FOR = "cert-manager.io/certificate-name";

function targetOf(hostname: string): Target {
  const route = { namespace: "web", name: hostname };
  return { hostname, gateway, listener: hostname, secret: `${hostname}-tls`, route, backends: [] };
}

const object = (
  name: string,
  rest: { namespace?: string; annotations?: Record<string, string>; spec?: object },
): KubernetesObject => {
  const { namespace = "edge", annotations, spec } = rest;
  const metadata = { name, namespace, ...(annotations === undefined ? {} : { annotations }) };
  return { apiVersion: "v1", kind: "Any", metadata, spec };
};

const certificateOf = (host: string, namespace = "edge") =>
  objects.parseCertificate(
    object(`cert-${host}`, {
      namespace,
      spec: { secretName: `${host}-tls`, dnsNames: [host], issuerRef: { name: "ca" } },
    }),
  );
const requestOf = (host: string, number: number) =>
  objects.parseCertificateRequest(
    object(`${host}-${number}`, { annotations: { [MADE_FOR]: `cert-${host}` }, spec: {} }),
  );
const routeOf = (name: string, hostnames: string[]) =>
  objects.parseHttpRoute(object(name, { namespace: "web", spec: { hostnames } }));

/** What status reads in an empty cluster. */
async function readEmpty() {
  const { world, survey } = buildStateWorld({
    name: "empty",
    what: "nothing",
    objects: [],
    expect: { verdict: "unknown" },
  });
  const { facts } = await readStatusFacts(world, survey);
  return facts;
}

test("a host sees its own objects only, and the routes that may be for any host", async () => {
  const facts = {
    ...(await readEmpty()),
    certificates: known([
      certificateOf("a.x"),
      certificateOf("b.x"),
      certificateOf("a.x", "other"),
    ]),
    requests: known([requestOf("a.x", 1), requestOf("b.x", 1), requestOf("a.x", 2)]),
    routes: known([
      routeOf("all", []),
      routeOf("b.x", ["b.x"]),
      routeOf("a.x", ["renamed.x"]),
      routeOf("wild", ["*.x"]),
      routeOf("two", ["b.x", "a.x"]),
    ]),
  };
  const own = divideByHost(facts)(targetOf("a.x"));
  const namesOf = (all: readonly { metadata: { name: string } }[] | undefined) =>
    all?.map(({ metadata }) => metadata.name);
  expect(valueOf(own.certificates)).toEqual([certificateOf("a.x")]);
  expect(namesOf(valueOf(own.requests))).toEqual(["a.x-1", "a.x-2"]);
  expect(namesOf(valueOf(own.routes))).toEqual(["all", "a.x", "wild", "two"]);
});

test("what could not be read stays unknown", async () => {
  const orders = unknown(new UserError("GT-CLUSTER-FORBIDDEN", "You may not."));
  const own = divideByHost({ ...(await readEmpty()), orders })(targetOf("a.x"));
  expect(own.orders).toBe(orders);
});

test("a thousand hosts are not each looked for among all", async () => {
  let looks = 0;
  const certificates = Array.from({ length: 1000 }, (_, index) => {
    const { spec, ...rest } = certificateOf(`h${index}.x`);
    return {
      ...rest,
      get spec() {
        looks += 1;
        return spec;
      },
    };
  });
  const factsOf = divideByHost({ ...(await readEmpty()), certificates: known(certificates) });
  for (let index = 0; index < 1000; index += 1) {
    expect(valueOf(factsOf(targetOf(`h${index}.x`)).certificates)).toHaveLength(1);
  }
  expect(looks).toBe(1000);
});
